import { AppError } from '../../kernel/app-error.js';

/** The same words for an unknown address and a wrong password. */
export const badCredentials = () =>
  new AppError(
    'unauthenticated',
    'auth.bad_credentials',
    'The e-mail address or the password is wrong.',
  );

/** The account is stored, the session store is away: repeating the registration would only say "taken". */
export const registeredNotSignedIn = (cause: unknown) =>
  new AppError(
    'unavailable',
    'auth.registered_not_signed_in',
    'Your account is open, but signing in does not work right now: log in later.',
    { cause },
  );
