import { AppError, type ErrorKind } from '../../kernel/app-error.js';
import { SECOND_MS } from '../../kernel/duration.js';

/** Code of a delivery that was not even tried, for a fault of ours. */
export const DELIVERY_INTERRUPTED = 'notifications.delivery_interrupted';

export const notificationNotFound = () =>
  new AppError('not_found', 'notifications.not_found', 'There is no such notification.');

export const webhookNotFound = () =>
  new AppError('not_found', 'notifications.webhook_not_found', 'There is no such endpoint.');

export const tooManyWebhooks = (limit: number) =>
  new AppError(
    'unprocessable',
    'notifications.too_many_webhooks',
    `You have ${limit} endpoints already: remove one first.`,
  );

export const targetRefused = () =>
  new AppError(
    'unprocessable',
    'notifications.target_refused',
    'Nothing is sent there: the address must be public, and https.',
  );

export const badUnsubscribeLink = () =>
  new AppError('invalid', 'notifications.bad_unsubscribe_link', 'The link is none of ours.');

export const wrongCode = () =>
  new AppError(
    'unprocessable',
    'notifications.wrong_code',
    'That is not the code, or it does not count any more: have another sent.',
  );

export const tooManyCodes = (retryAfterMs: number) =>
  new AppError(
    'too_many_requests',
    'notifications.too_many_codes',
    'Too many codes were sent, to this number or in all: try again later.',
    { details: { retryAfterSeconds: Math.ceil(retryAfterMs / SECOND_MS) } },
  );

export const deliveryInProgress = () =>
  new AppError(
    'unavailable',
    'notifications.delivery_in_progress',
    'Another job is sending it, or died while it did.',
  );

export const deliveryUncertain = () =>
  new AppError(
    'unprocessable',
    'notifications.delivery_uncertain',
    'Its sender has vanished, and sent again it might come twice.',
  );

/** What is no failure of a channel, each time that it was tried. */
export const deliveryInterrupted = (cause: unknown) =>
  new AppError(
    'unprocessable',
    DELIVERY_INTERRUPTED,
    'Something of ours has kept it from being sent, the last time too.',
    { cause },
  );

export const codeNotSent = (failure: {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly reason: string;
}) => new AppError(failure.kind, failure.code, failure.reason);

export const pushNotConfigured = () =>
  new AppError('not_found', 'notifications.push_not_configured', 'No push keys are set.');

export const subscriptionNotFound = () =>
  new AppError(
    'not_found',
    'notifications.subscription_not_found',
    'There is no such subscription.',
  );
