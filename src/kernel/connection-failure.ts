/** Of the operating system, and of PostgreSQL (class 57P: the server goes down or comes up; 53300: too many clients). */
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
  '53300',
]);
/** The pg driver gives these no code. */
const MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error)/;
const MAX_DEPTH = 5;

/** Whether an error, or what caused it, says that a server we need does not answer: nobody's fault, worth a later try. */
export function isConnectionFailure(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > MAX_DEPTH) return false;
  const { code } = error as Error & { code?: unknown };
  if (typeof code === 'string' && CODES.has(code)) return true;
  return MESSAGES.test(error.message) || isConnectionFailure(error.cause, depth + 1);
}
