import { AppError } from '../../kernel/app-error.js';

/** The same words for an unknown address and a wrong password. */
export const badCredentials = () =>
  new AppError(
    'unauthenticated',
    'auth.bad_credentials',
    'The e-mail address or the password is wrong.',
  );

/** Said only to who knows the password. */
export const accountDisabled = () =>
  new AppError('forbidden', 'auth.account_disabled', 'This account is disabled.');

export const wrongPassword = () =>
  new AppError('forbidden', 'auth.wrong_password', 'The current password is wrong.');

export const sessionNotFound = () =>
  new AppError('not_found', 'auth.session_not_found', 'You have no such session.');

/** The account is stored, the session store is away: repeating the registration would only say "taken". */
export const registeredNotSignedIn = (cause: unknown) =>
  new AppError(
    'unavailable',
    'auth.registered_not_signed_in',
    'Your account is open, but signing in does not work right now: log in later.',
    { cause },
  );
