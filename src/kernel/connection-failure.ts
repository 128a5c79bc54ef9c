/**
 * Of the operating system, and of PostgreSQL (class 57P: the server goes down or comes up, or ends who is idle; 53300: too many clients;
 * 25P03, 25P04: it ended the connection, for its transaction took too long).
 */
const CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  '25P03',
  '25P04',
  '53300',
]);
/** The pg driver gives these no code. */
const MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error)/;
const MAX_DEPTH = 5;

/** Of PostgreSQL: it ended a statement, and keeps the connection. */
const CANCELLED = '57014';

/** Whether an error, or what caused it, says that a server we need does not answer: nobody's fault, worth a later try. */
export function isConnectionFailure(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > MAX_DEPTH) return false;
  if (CODES.has(codeOf(error))) return true;
  return MESSAGES.test(error.message) || isConnectionFailure(error.cause, depth + 1);
}

/** Whether an error, or what caused it, says that the database has ended a statement that took too long: it is undone, and worth a later try. */
export function isStatementTimeout(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > MAX_DEPTH) return false;
  return codeOf(error) === CANCELLED || isStatementTimeout(error.cause, depth + 1);
}

function codeOf(error: Error): string {
  const { code } = error as Error & { code?: unknown };
  return typeof code === 'string' ? code : '';
}
