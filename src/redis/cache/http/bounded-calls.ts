import { Logger } from '@nestjs/common';
import {
  circuitBreaker,
  ConsecutiveBreaker,
  handleWhen,
  isBrokenCircuitError,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import { ReplyError } from 'ioredis';
import { FaultLog } from '../../../kernel/fault-log.js';

/**
 * The longest that a request waits for a cached answer. Far below the command time-out (1 s unless set), and far
 * above what a Redis that is well takes (0.1–2 ms): slower than this, it is not worth asking.
 */
export const HTTP_CACHE_DEADLINE_MS = 30;
/** So many calls in a row that failed, and nobody waits for Redis any more, */
const FAULTS_UNTIL_OPEN = 5;
/** but for one call each so often, which tells whether it is back. */
const PROBE_AFTER_MS = 1_000;

/** Calls to Redis that never reject and never take long: what fails or is late has the answer `otherwise`. */
export class BoundedCalls {
  readonly #faults: FaultLog;
  readonly #breaker: CircuitBreakerPolicy = circuitBreaker(handleWhen(isFaultOfTheLink), {
    halfOpenAfter: PROBE_AFTER_MS,
    breaker: new ConsecutiveBreaker(FAULTS_UNTIL_OPEN),
  });

  constructor(name: string) {
    this.#faults = new FaultLog(new Logger(name));
  }

  /** @param what is asked, in a word, for the log: `read` */
  async run<Answer>(what: string, call: () => Promise<Answer>, otherwise: Answer): Promise<Answer> {
    try {
      return await this.#breaker.execute(() => inTime(call()));
    } catch (error) {
      if (!isBrokenCircuitError(error)) this.#faults.report(what, error);
      return otherwise;
    }
  }

  /** For what is not asked through {@link run}. */
  report(what: string, error: unknown): void {
    this.#faults.report(what, error);
  }
}

/** An error that Redis answers tells that it is there. */
function isFaultOfTheLink(error: Error): boolean {
  return !(error instanceof ReplyError);
}

async function inTime<Answer>(call: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(new Error(`no answer within ${HTTP_CACHE_DEADLINE_MS} ms`));
    // After a stall of this process timers come before the answers that lie in its sockets: those go first.
    timer = setTimeout(() => setImmediate(giveUp), HTTP_CACHE_DEADLINE_MS);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}
