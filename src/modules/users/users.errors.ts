import { AppError } from '../../kernel/app-error.js';

export const emailTaken = () =>
  new AppError(
    'conflict',
    'users.email_taken',
    'There is an account with this e-mail address already.',
  );

export const lastAdmin = () =>
  new AppError(
    'conflict',
    'users.last_admin',
    'This is the last admin who can sign in: make another one first.',
  );

export const userNotFound = () =>
  new AppError('not_found', 'users.not_found', 'There is no such user.');
