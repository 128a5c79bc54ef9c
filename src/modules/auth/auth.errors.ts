import { AppError } from '../../kernel/app-error.js';

/** The same words for an unknown address and a wrong password. */
export const badCredentials = () =>
  new AppError(
    'unauthenticated',
    'auth.bad_credentials',
    'The e-mail address or the password is wrong.',
  );
