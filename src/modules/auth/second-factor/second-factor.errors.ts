import { AppError } from '../../../kernel/app-error.js';

/** Said only to who knows the password. */
export const secondFactorRequired = () =>
  new AppError(
    'unauthenticated',
    'auth.second_factor_required',
    'Send a code of your authenticator app, or one of your recovery codes, as `code` as well.',
  );

export const badSecondFactor = () =>
  new AppError('unauthenticated', 'auth.bad_second_factor', 'The code is wrong, or was used.');

/** The same for who is signed in already. */
export const wrongCode = () =>
  new AppError('forbidden', 'auth.wrong_code', 'The code is wrong, or was used.');

export const tooManyCodes = (untilMs: number, nowMs: number) =>
  new AppError(
    'too_many_requests',
    'auth.too_many_codes',
    'Too many wrong codes: wait, or use a recovery code.',
    { details: { retryAfterSeconds: Math.ceil((untilMs - nowMs) / 1000) } },
  );

export const secondFactorEnabled = () =>
  new AppError('conflict', 'auth.second_factor_enabled', 'Your second factor is in use already.');

export const secondFactorNotEnabled = () =>
  new AppError('conflict', 'auth.second_factor_not_enabled', 'There is no second factor in use.');

export const secondFactorNotBegun = () =>
  new AppError('conflict', 'auth.second_factor_not_begun', 'Ask for a secret first.');
