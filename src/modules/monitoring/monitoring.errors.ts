import { AppError } from '../../kernel/app-error.js';

export const testRunning = () =>
  new AppError('conflict', 'monitoring.test_running', 'A performance test is running already.');

export const unknownCache = (name: string) =>
  new AppError('not_found', 'cache.unknown', `There is no cache ${name}.`);
