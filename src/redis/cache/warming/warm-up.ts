import { AppError } from '../../../kernel/app-error.js';

export interface WarmUpDefinition {
  /** Names it in logs and statistics: `market-data.charts`. */
  readonly name: string;
  /** Entries that are loaded at once. */
  readonly concurrency: number;
  /** Share of the event loop that it takes at most over time, 0 < share ≤ 1; slower where others need the loop. */
  readonly loopShare: number;
  /** Entries that are begun per second at most, for a source that counts; no limit unless said. */
  readonly perSecond?: number;
  /** Whether every process runs it once, soon after it has started to listen. */
  readonly atBoot: boolean;
}

/** Declares a warm-up beside the caches that it fills. */
export function defineWarmUp(definition: WarmUpDefinition): WarmUpDefinition {
  return Object.freeze({ ...definition });
}

/** @throws AppError `cache.invalid_definition` (internal) */
export function checkWarmUp({
  name,
  concurrency,
  loopShare,
  perSecond = 1,
}: WarmUpDefinition): void {
  const isGood =
    name !== '' &&
    Number.isSafeInteger(concurrency) &&
    concurrency > 0 &&
    loopShare > 0 &&
    loopShare <= 1 &&
    perSecond > 0;
  if (isGood) return;
  throw new AppError(
    'internal',
    'cache.invalid_definition',
    `warm-up ${name}: needs a name, a concurrency, a share of the loop above 0 up to 1, and a positive pace`,
  );
}

export interface WarmUpSource<Params> {
  /** What to warm, the most wanted first. Asked for anew on each run. */
  readonly params: () => Iterable<Params> | AsyncIterable<Params>;
  /**
   * Reads one entry the way its readers do (`cache.getOrSet` with the declared loader): what is there already costs
   * nothing, and whoever asks for it meanwhile shares the load. It must let others have the loop between steps of some
   * milliseconds.
   */
  readonly load: (params: Params, context: { readonly signal: AbortSignal }) => Promise<unknown>;
}

export interface WarmUpResult {
  readonly warmed: number;
  /** Entries whose source failed; the next run tries them again. */
  readonly failed: number;
  readonly durationMs: number;
  /** Whether it came to its end before the process did. */
  readonly isComplete: boolean;
}

export interface WarmUpRun {
  readonly signal?: AbortSignal;
  /** After each entry. @param total undefined where it is not known before the end */
  readonly onProgress?: (done: number, total: number | undefined) => unknown;
}

export interface WarmUp {
  /**
   * Fills the caches; one run at a time in a process, and who calls during one gets its result. Ends early, with what it
   * has done, when the process does.
   * @throws AppError `cache.warm_up_failed` (unavailable): nothing but failures for a while; the signal's reason
   */
  run(options?: WarmUpRun): Promise<WarmUpResult>;
}
