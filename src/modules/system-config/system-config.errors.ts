import { AppError } from '../../kernel/app-error.js';

export const passwordRequired = () =>
  new AppError(
    'unprocessable',
    'system_config.password_required',
    'The stored password belongs to the server it was given for: give it again, or null.',
  );
