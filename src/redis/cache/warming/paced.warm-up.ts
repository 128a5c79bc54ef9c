import { Logger } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import { FaultLog } from '../../../kernel/fault-log.js';
import { LoopPace } from './loop-pace.js';
import type { WarmUp, WarmUpDefinition, WarmUpResult, WarmUpRun, WarmUpSource } from './warm-up.js';

const LOG_EVERY_MS = 10 * SECOND_MS;
/** In a row: the source is away, and more of it would only be in its way. */
const MAX_FAILURES = 20;

/** Warms gradually: some entries at a time, with a rest after each. */
export class PacedWarmUp<Params> implements WarmUp {
  readonly #logger = new Logger('WarmUp');
  readonly #faults = new FaultLog(this.#logger);
  readonly #definition: WarmUpDefinition;
  readonly #source: WarmUpSource<Params>;
  readonly #stopping: AbortSignal;
  #running: Promise<WarmUpResult> | undefined;

  constructor(definition: WarmUpDefinition, source: WarmUpSource<Params>, stopping: AbortSignal) {
    this.#definition = definition;
    this.#source = source;
    this.#stopping = stopping;
  }

  run({ signal, onProgress }: WarmUpRun = {}): Promise<WarmUpResult> {
    this.#running ??= this.#run(
      signal === undefined ? this.#stopping : AbortSignal.any([signal, this.#stopping]),
      onProgress,
    ).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(signal: AbortSignal, onProgress: WarmUpRun['onProgress']): Promise<WarmUpResult> {
    const { name, concurrency, loopShare, perSecond = Infinity } = this.#definition;
    const startedAtMs = performance.now();
    const params = this.#source.params();
    const total = Array.isArray(params) ? params.length : undefined;
    const queue = each(params);
    const pace = new LoopPace({ loopShare, perSecond });
    const count = { warmed: 0, failed: 0, inARow: 0 };
    let loggedAtMs = startedAtMs;

    const lane = async (): Promise<void> => {
      for (;;) {
        const begunAtMs = await pace.turn(signal);
        const next = await queue.next();
        if (next.done === true) return;
        await this.#load(next.value, signal, count);
        pace.done(begunAtMs);
        const done = count.warmed + count.failed;
        await onProgress?.(done, total);
        if (performance.now() - loggedAtMs < LOG_EVERY_MS) continue;
        loggedAtMs = performance.now();
        this.#logger.log({ message: 'warming caches', name, done, total });
      }
    };
    // All have ended when this has, also after an error of one of them.
    const lanes = await Promise.allSettled(Array.from({ length: concurrency }, lane));
    await queue.return?.();
    const failure = lanes.find((outcome) => outcome.status === 'rejected');
    const isCutShort = this.#stopping.aborted;
    if (failure !== undefined && !isCutShort) throw failure.reason;
    const durationMs = Math.round(performance.now() - startedAtMs);
    const isComplete = failure === undefined;
    return { warmed: count.warmed, failed: count.failed, durationMs, isComplete };
  }

  async #load(
    params: Params,
    signal: AbortSignal,
    count: { warmed: number; failed: number; inARow: number },
  ): Promise<void> {
    try {
      await this.#source.load(params, { signal });
      count.warmed += 1;
      count.inARow = 0;
    } catch (error) {
      signal.throwIfAborted();
      this.#faults.report(`warming of ${this.#definition.name}`, error);
      count.failed += 1;
      count.inARow += 1;
      if (count.inARow >= MAX_FAILURES) throw this.#failed(error);
    }
  }

  #failed(cause: unknown): AppError {
    return new AppError(
      'unavailable',
      'cache.warm_up_failed',
      `the source of warm-up ${this.#definition.name} fails again and again`,
      { cause },
    );
  }
}

/** One after the other to whoever asks next, several at once among them. */
function each<T>(items: Iterable<T> | AsyncIterable<T>): AsyncIterator<T, undefined> {
  return (async function* () {
    yield* items;
    return undefined;
  })();
}
