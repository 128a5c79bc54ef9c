import { AppError } from '../../kernel/app-error.js';

/** @throws AppError `session.unavailable` (unavailable) when the records do not answer; an AppError of theirs as it is. */
export async function askRecords<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('unavailable', 'session.unavailable', 'sessions cannot be checked now', {
      cause,
    });
  }
}
