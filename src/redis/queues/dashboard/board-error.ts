import { AppError } from '../../../kernel/app-error.js';

/** The board answers 500 unless the error has a status: what the operator typed wrong is a 400. */
export async function asBoardError<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (
      error instanceof AppError &&
      (error.kind === 'invalid' || error.kind === 'payload_too_large')
    ) {
      throw Object.assign(new Error(error.message, { cause: error }), { statusCode: 400 });
    }
    throw error;
  }
}
