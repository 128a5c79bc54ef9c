import { Logger } from '@nestjs/common';
import {
  circuitBreaker,
  ConsecutiveBreaker,
  handleWhen,
  isBrokenCircuitError,
  CircuitState,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import { ReplyError } from 'ioredis';
import { FaultLog } from '../../../kernel/fault-log.js';

/**
 * The longest that a request waits for a cached answer. Far below the command time-out (1 s unless set), and far
 * above what a Redis that is well takes (0.1–2 ms): slower than this, it is not worth asking.
 */
export const HTTP_CACHE_DEADLINE_MS = 40;
/** So many calls in a row that failed, and nobody waits for Redis any more, until a probe finds it well. */
const FAULTS_UNTIL_OPEN = 5;
const PROBE_AFTER_MS = 1_000;

/** Calls to Redis that never reject and never take long: what fails or is late has the answer `otherwise`. */
export class BoundedCalls {
  readonly #faults: FaultLog;
  readonly #breaker: CircuitBreakerPolicy = circuitBreaker(handleWhen(isFaultOfTheLink), {
    halfOpenAfter: PROBE_AFTER_MS,
    breaker: new ConsecutiveBreaker(FAULTS_UNTIL_OPEN),
  });

  readonly #probe: () => Promise<unknown>;
  readonly #deadlineMs: number;

  /** @param probe asks whether Redis is there, behind the backs of those who call */
  constructor(name: string, probe: () => Promise<unknown>, deadlineMs = HTTP_CACHE_DEADLINE_MS) {
    this.#faults = new FaultLog(new Logger(name));
    this.#probe = probe;
    this.#deadlineMs = deadlineMs;
  }

  /** @param what is asked, in a word, for the log: `read` */
  async run<Answer>(what: string, call: () => Promise<Answer>, otherwise: Answer): Promise<Answer> {
    if (this.#breaker.state !== CircuitState.Closed) {
      void this.#try('probe', this.#probe, undefined);
      return otherwise;
    }
    return this.#try(what, call, otherwise);
  }

  /** For what is not asked through {@link run}. */
  report(what: string, error: unknown): void {
    this.#faults.report(what, error);
  }

  async #try<Answer>(
    what: string,
    call: () => Promise<Answer>,
    otherwise: Answer,
  ): Promise<Answer> {
    try {
      return await this.#breaker.execute(() => inTime(call(), this.#deadlineMs));
    } catch (error) {
      if (!isBrokenCircuitError(error)) this.#faults.report(what, error);
      return otherwise;
    }
  }
}

/** An error that Redis answers tells that it is there. */
function isFaultOfTheLink(error: Error): boolean {
  return !(error instanceof ReplyError);
}

async function inTime<Answer>(call: Promise<Answer>, deadlineMs: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(new Error(`no answer within ${deadlineMs} ms`));
    // After a stall of this process timers come before the answers that lie in its sockets: those go first.
    timer = setTimeout(() => setImmediate(giveUp), deadlineMs);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}
