export interface EventuallyOptions {
  /** How long the assertion may go on failing. Default 10,000: a busy machine is not a broken promise. */
  readonly timeoutMs?: number;
  /** Pause between two tries. Default 20. */
  readonly intervalMs?: number;
}

/**
 * Repeats `assertion` until it does not throw, and answers what it answers.
 * @throws once `timeoutMs` is over, with the last error; an assertion that does not answer counts as failing.
 */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  { timeoutMs = 10_000, intervalMs = 20 }: EventuallyOptions = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  // The last try seldom has the time to answer: what the one before it said tells more.
  let cause = new Error('the assertion did not answer');
  for (;;) {
    try {
      return await within(deadline - Date.now(), assertion, cause);
    } catch (error) {
      cause = error instanceof Error ? error : new Error(String(error));
      if (Date.now() + intervalMs >= deadline) {
        throw new Error(`still after ${timeoutMs} ms: ${cause.message}`, { cause });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}

/** @param otherwise thrown when `work` does not answer in time */
async function within<T>(
  timeoutMs: number,
  work: () => T | Promise<T>,
  otherwise: Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(otherwise), timeoutMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
