import { AppError } from '../../kernel/app-error.js';
import type { LockOptions } from './lock-manager.js';

const MIN_TTL_MS = 100;

/** @returns `{name}:{id}`. @throws AppError `lock.invalid` (internal): a mistake of the program. */
export function lockResource(name: string, id: string, options: LockOptions): string {
  // The first colon ends the name: otherwise (a, b:c) and (a:b, c) were one lock.
  if (name === '' || name.includes(':')) {
    throw new AppError('internal', 'lock.invalid', 'a lock needs a name without a colon');
  }
  if (!Number.isInteger(options.ttlMs) || options.ttlMs < MIN_TTL_MS) {
    throw new AppError(
      'internal',
      'lock.invalid',
      `a lock's ttlMs is an integer from ${MIN_TTL_MS} on`,
    );
  }
  return `${name}:${id}`;
}

export function notAcquired(resource: string): AppError {
  return new AppError('conflict', 'lock.not_acquired', `${resource} is locked by another holder`);
}
