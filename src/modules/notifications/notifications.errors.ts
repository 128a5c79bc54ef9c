import { AppError } from '../../kernel/app-error.js';

export const notificationNotFound = () =>
  new AppError('not_found', 'notifications.not_found', 'There is no such notification.');
