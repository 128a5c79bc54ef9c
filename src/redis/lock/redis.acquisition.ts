import type { AppError } from '../../kernel/app-error.js';
import { notAcquired, tooManyWaiters, unavailable, waitTimedOut } from './lock-errors.js';
import type { KnownTokens } from './known-tokens.js';
import type { LockInbox } from './lock-inbox.js';
import type { LockRequest } from './lock-options.js';
import type { Answer, Asker, LockTurns } from './lock-turns.js';
import { nextLookMs } from './look-pace.js';
import { elapsedMs, moment, type Moment } from './moment.js';

/** For so long Redis may not answer one who waits. */
const PATIENCE_MS = 3_000;
/** Between two looks of one whose messages do not arrive, or whom Redis has not answered. */
const RETRY_MS = 250;

export interface Acquired {
  readonly token: bigint;
  /** Before the request that was answered: the lease is at least as long from then on as on the server. */
  readonly sentAt: Moment;
}

/** One acquisition, from the first question to the lock or a refusal. */
export class RedisAcquisition {
  readonly #turns: LockTurns;
  readonly #inbox: LockInbox;
  readonly #asker: Asker;
  readonly #request: LockRequest;
  readonly #tokens: KnownTokens;
  #answeredAtMs = -Infinity;
  #mayHold = false;
  #hasQueued = false;

  constructor(
    turns: LockTurns,
    inbox: LockInbox,
    asker: Asker,
    request: LockRequest,
    tokens: KnownTokens,
  ) {
    this.#turns = turns;
    this.#inbox = inbox;
    this.#asker = asker;
    this.#request = request;
    this.#tokens = tokens;
  }

  /**
   * Whether the server may have the lock or a place in its queue for us, after {@link run} has thrown: a time-out is
   * not "not done".
   */
  get mayHold(): boolean {
    return this.#mayHold;
  }

  /** Whether others may wait behind this one: it waited itself, or saw somebody wait. */
  get hasQueued(): boolean {
    return this.#hasQueued;
  }

  /** @throws AppError as `LockManager.using`; the reason of the request's signal */
  async run(): Promise<Acquired> {
    const { owner } = this.#asker;
    // Before the first question: the answer may be overtaken by the news that follows it.
    const turn = this.#request.waits ? this.#inbox.expect(owner) : undefined;
    try {
      for (;;) {
        this.#request.signal?.throwIfAborted();
        const outcome = await this.#ask();
        if ('token' in outcome) return outcome;
        const leftMs = this.#request.deadlineMs - performance.now();
        await turn?.sleep(Math.min(outcome.pauseMs, leftMs), this.#request.signal);
      }
    } finally {
      if (turn !== undefined) this.#inbox.forget(owner);
    }
  }

  /** @returns the lock, or when to ask again. */
  async #ask(): Promise<Acquired | { readonly pauseMs: number }> {
    const sentAt = moment();
    const waitMs = Math.max(0, this.#request.deadlineMs - sentAt.monotonicMs);
    this.#mayHold = true;
    let answer: Answer;
    try {
      answer = await this.#answer(waitMs);
    } catch (cause) {
      const nowMs = performance.now();
      // No further question after the deadline: the wait ends one command time-out behind it at the latest.
      const isOver = waitMs === 0 || nowMs >= this.#request.deadlineMs;
      if (isOver || nowMs - this.#answeredAtMs > PATIENCE_MS) {
        throw unavailable(this.#asker.resource, cause);
      }
      return { pauseMs: RETRY_MS };
    }
    this.#answeredAtMs = performance.now();
    if (answer.kind === 'held') return this.#take({ token: answer.token, sentAt }, waitMs);
    if (answer.kind === 'queued') {
      this.#inbox.open();
      return {
        pauseMs: this.#inbox.isListening ? nextLookMs(answer.leftMs, answer.ahead) : RETRY_MS,
      };
    }
    this.#mayHold = false;
    throw this.#refusal(answer.kind);
  }

  /** Most locks are free, or nobody waits for them: only who finds it otherwise looks at the queue. */
  async #answer(waitMs: number): Promise<Answer> {
    // Of now: while this waited, a refusal may have taught the process a newer one.
    const knownToken = this.#tokens.of(this.#asker.resource);
    if (!this.#hasQueued) {
      const answer = await this.#turns.take(this.#asker, this.#request.ttlMs, knownToken);
      const isOver = answer.kind === 'held' || (answer.kind === 'taken' && waitMs === 0);
      if (isOver) return answer;
      this.#hasQueued = true;
    }
    return this.#turns.acquire(this.#asker, this.#request, waitMs, knownToken);
  }

  /** A lease that has ended by the time the answer is here is not one; asking again prolongs it. */
  #take(acquired: Acquired, waitMs: number): Acquired | { readonly pauseMs: number } {
    if (elapsedMs(acquired.sentAt) < this.#request.ttlMs / 2) return acquired;
    if (waitMs > 0) return { pauseMs: 0 };
    throw unavailable(this.#asker.resource, new Error('the answer came too late for the lease'));
  }

  #refusal(kind: 'taken' | 'full'): AppError {
    const { resource } = this.#asker;
    if (kind === 'full') return tooManyWaiters(resource, this.#request.maxWaiters);
    return this.#request.waits ? waitTimedOut(resource) : notAcquired(resource);
  }
}
