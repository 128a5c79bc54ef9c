import { AppError } from '../../kernel/app-error.js';
import { settlesWithin } from '../../kernel/deadline.js';

const ANSWER_MS = 2_000;

/** @throws AppError `queue.unavailable` when the backend fails, or does not answer within 2 s: the work may go on then. */
export async function answered<T>(asked: Promise<T>): Promise<T> {
  if (!(await settlesWithin(asked, ANSWER_MS))) throw unavailable();
  return asked.catch((cause: unknown) => {
    throw unavailable(cause);
  });
}

export function unavailable(cause?: unknown): AppError {
  return new AppError('unavailable', 'queue.unavailable', 'the queues do not answer', { cause });
}
