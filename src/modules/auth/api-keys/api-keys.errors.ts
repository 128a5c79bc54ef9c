import { AppError } from '../../../kernel/app-error.js';

export const apiKeyNotFound = () =>
  new AppError('not_found', 'auth.api_key_not_found', 'You have no such API key.');

export const apiKeyEndsTooEarly = () =>
  new AppError('unprocessable', 'auth.api_key_ends_too_early', 'The key would have ended already.');

export const tooManyApiKeys = (most: number) =>
  new AppError(
    'conflict',
    'auth.too_many_api_keys',
    `You have ${most} API keys: revoke one first.`,
  );
