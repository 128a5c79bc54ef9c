import { AppError } from '../../kernel/app-error.js';

export const passwordRequired = () =>
  new AppError(
    'unprocessable',
    'system_config.password_required',
    'The stored password belongs to the server it was given for: give it again, or null.',
  );

export const authTokenRequired = () =>
  new AppError(
    'unprocessable',
    'system_config.auth_token_required',
    'The auth token belongs to the account it was given for: give it with the account.',
  );

export const privateKeyRequired = () =>
  new AppError(
    'unprocessable',
    'system_config.private_key_required',
    'A private key belongs to its public key: give both, or neither.',
  );
