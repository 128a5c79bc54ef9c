import { Logger } from '@nestjs/common';
import {
  CircuitState,
  ExponentialBackoff,
  circuitBreaker,
  handleAll,
  type IBackoff,
  type IBackoffFactory,
} from 'cockatiel';
import { FaultLog } from '../../../kernel/fault-log.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import { FaultStreaks, type Sign } from './fault-streaks.js';

const FIRST_PROBE_MS = 100;
const LAST_PROBE_MS = SECOND_MS;
/** What one refused command says nothing about the store: it is full, or holds something else under that key. */
const REFUSALS = ['OOM', 'WRONGTYPE', 'ERR'];

/** Not an answer in time. */
export class StoreTimeoutError extends Error {
  override readonly name = 'StoreTimeoutError';
}

/**
 * Stands before the store: no call takes longer than its bound, none rejects, and after some faults in a row none
 * is made until a probe has shown that the store is back (a circuit breaker).
 */
export class StoreGate {
  readonly #faults = new FaultLog(new Logger('Cache'));
  readonly #streaks = new FaultStreaks();
  readonly #breaker = circuitBreaker(handleAll, {
    halfOpenAfter: { next: (context) => this.#nextDelay(context) },
    // It hears of the last straw only.
    breaker: { state: undefined, success: () => undefined, failure: () => true },
  });
  #delay: IBackoff<unknown> | undefined;
  #isOpen = false;
  #errors = 0;

  /**
   * @param callTimeoutMs What a call may take before its caller goes on without it. A healthy store answers within
   *   2 ms also under load; beyond some 40 ms the database is faster.
   * @param onChange told whether the store is let through to from now on
   */
  constructor(
    readonly callTimeoutMs: number,
    onChange: (isOpen: boolean) => void,
  ) {
    this.#breaker.onStateChange((state) => {
      const isOpen = state !== CircuitState.Closed;
      if (isOpen === this.#isOpen) return;
      this.#isOpen = isOpen;
      this.#streaks.end();
      onChange(isOpen);
    });
  }

  /** Whether calls are kept away from the store. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  get errors(): number {
    return this.#errors;
  }

  /**
   * @param patience times the usual bound, for what fewer wait for
   * @returns undefined: the store is away, too slow, or refused it.
   */
  async pass<T>(what: string, work: () => Promise<T>, patience = 1): Promise<T | undefined> {
    if (this.#isOpen) return undefined;
    try {
      const answer = await within(patience * this.callTimeoutMs, work());
      this.#streaks.succeeded('call');
      return answer;
    } catch (error) {
      this.#report('call', what, error);
      return undefined;
    }
  }

  /** A fault of what goes with the beats. */
  report(what: string, error: unknown): void {
    this.#report('beat', what, error);
  }

  /**
   * The regular sign of life, a beat. While the gate is open it runs only when a probe is due, and lets calls through
   * again if it succeeds. Never rejects.
   */
  async probe(work: () => Promise<void>): Promise<void> {
    if (this.#isOpen) {
      await this.#breaker.execute(work).catch(() => undefined);
      return;
    }
    try {
      await work();
    } catch (error) {
      this.#failed('beat', error);
      return;
    }
    this.#streaks.succeeded('beat');
    if (!this.#isOpen && !this.#streaks.lasts('call')) this.#delay = undefined;
  }

  #report(sign: Sign, what: string, error: unknown): void {
    this.#errors += 1;
    this.#faults.report(what, error);
    if (!isRefusal(error)) this.#failed(sign, error);
  }

  #failed(sign: Sign, error: unknown): void {
    if (this.#isOpen || !this.#streaks.failed(sign)) return;
    this.#breaker.execute(() => Promise.reject(asError(error))).catch(() => undefined);
  }

  /**
   * Where beats succeed and calls fail all the same, the gate opens again and again, each time for longer: else most
   * readers would wait in vain.
   */
  #nextDelay(context: unknown): IBackoff<unknown> {
    const before: IBackoffFactory<unknown> =
      this.#delay ??
      new ExponentialBackoff({ initialDelay: FIRST_PROBE_MS, maxDelay: LAST_PROBE_MS });
    this.#delay = before.next(context);
    return this.#delay;
  }
}

/**
 * The answer, or a StoreTimeoutError. A process that was busy itself has its socket read before it blames the other
 * side: timers come before arrived data in the event loop, immediates after.
 */
export function within<T>(timeoutMs: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      setImmediate(() => reject(new StoreTimeoutError(`no answer within ${timeoutMs} ms`)));
    }, timeoutMs);
    answer.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(asError(error));
      },
    );
  });
}

function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return false;
  return REFUSALS.some((code) => error.message.startsWith(code));
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
