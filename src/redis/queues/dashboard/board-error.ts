import { AppError, type ErrorKind } from '../../../kernel/app-error.js';

const STATUS: Partial<Record<ErrorKind, number>> = {
  invalid: 400,
  payload_too_large: 400,
  forbidden: 403,
  conflict: 409,
  unavailable: 503,
};

/** The board answers 500 unless the error has a status: what the operator typed wrong is a 400. */
export async function asBoardError<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const statusCode = error instanceof AppError ? STATUS[error.kind] : undefined;
    if (statusCode === undefined) throw error;
    throw Object.assign(new Error((error as AppError).message, { cause: error }), { statusCode });
  }
}
