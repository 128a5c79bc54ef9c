import { AppError } from '../../kernel/app-error.js';

export const notAcquired = (resource: string): AppError =>
  new AppError('conflict', 'lock.not_acquired', `${resource} is locked by another holder`);

export const waitTimedOut = (resource: string): AppError =>
  new AppError('conflict', 'lock.wait_timeout', `${resource} stayed locked for all of the wait`);

export const tooManyWaiters = (resource: string, maxWaiters: number): AppError =>
  new AppError(
    'conflict',
    'lock.too_many_waiters',
    `${maxWaiters} others wait for ${resource} already`,
  );

export const unavailable = (resource: string, cause: unknown): AppError =>
  new AppError('unavailable', 'lock.unavailable', `cannot ask for the lock ${resource} now`, {
    cause,
  });

export const notReplicated = (resource: string, replicas: number, wanted: number): AppError =>
  new AppError(
    'unavailable',
    'lock.not_replicated',
    `${replicas} of ${wanted} replicas have the lock ${resource}`,
  );

export const lost = (reason: string): AppError => new AppError('unavailable', 'lock.lost', reason);

export const refused = (resource: string): AppError =>
  new AppError('conflict', 'lock.fenced', `${resource} has been written under a newer lock`);

export const invalid = (reason: string): AppError =>
  new AppError('internal', 'lock.invalid', reason);
