import { AppError } from '../../kernel/app-error.js';
import { SECOND_MS } from '../../kernel/duration.js';

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

/** The same for every account, known or not. */
export const tooManyAttempts = (retryAfterMs: number) =>
  new AppError(
    'too_many_requests',
    'auth.too_many_attempts',
    'Too many attempts to sign in to this account: try again later.',
    { details: { retryAfterSeconds: Math.ceil(retryAfterMs / SECOND_MS) } },
  );

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

export const tokenReplaced = () =>
  new AppError(
    'forbidden',
    'auth.token_replaced',
    'This token was replaced by another one: use that, or sign in.',
  );
