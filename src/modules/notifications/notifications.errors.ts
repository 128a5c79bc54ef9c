import { AppError } from '../../kernel/app-error.js';

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
