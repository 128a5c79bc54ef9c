/** Buckets of durations: up to 1 ms, 2 ms, 4 ms, … 2^21 ms (35 minutes), and whatever takes longer. */
export const DURATION_BUCKETS = 23;

/** Which bucket a duration counts in. */
export function bucketOf(ms: number): number {
  if (!(ms > 1)) return 0;
  return Math.min(DURATION_BUCKETS - 1, Math.ceil(Math.log2(ms)));
}

/**
 * The upper bound of the bucket that holds the `share` (0 to 1) of all: at most twice the real percentile. null: nothing
 * was counted. Of what takes longer than the last bound nothing more is known than that.
 */
export function percentileMs(buckets: readonly number[], share: number): number | null {
  const total = buckets.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = Math.max(1, Math.ceil(share * total));
  let passed = 0;
  const index = buckets.findIndex((count) => (passed += count) >= rank);
  return 2 ** Math.min(index, DURATION_BUCKETS - 2);
}

/** What the jobs of one queue did in a minute, or in several. */
export interface JobFigures {
  readonly completed: number;
  /** For good. */
  readonly failed: number;
  /** Attempts that failed, with another to come. */
  readonly retried: number;
  /** From when a job could have begun to its first attempt: counts by bucket, and their sum. */
  readonly wait: readonly number[];
  readonly waitSumMs: number;
  /** Of each attempt. */
  readonly run: readonly number[];
  readonly runSumMs: number;
}

/** Figures, and over how long they were counted. */
export interface CoveredFigures extends JobFigures {
  readonly coveredMs: number;
}

/** Figures that are still counted. */
export interface OpenFigures extends Record<Exclude<keyof JobFigures, 'wait' | 'run'>, number> {
  readonly wait: number[];
  readonly run: number[];
}

/** Nothing, to be counted on. */
export function openFigures(): OpenFigures {
  return {
    completed: 0,
    failed: 0,
    retried: 0,
    wait: Array.from({ length: DURATION_BUCKETS }, () => 0),
    waitSumMs: 0,
    run: Array.from({ length: DURATION_BUCKETS }, () => 0),
    runSumMs: 0,
  };
}

export const NO_FIGURES: JobFigures = Object.freeze(openFigures());

export function sumOf(all: readonly JobFigures[]): OpenFigures {
  const sum = openFigures();
  for (const one of all) {
    sum.completed += one.completed;
    sum.failed += one.failed;
    sum.retried += one.retried;
    sum.waitSumMs += one.waitSumMs;
    sum.runSumMs += one.runSumMs;
    one.wait.forEach((count, bucket) => countIn(sum.wait, bucket, count));
    one.run.forEach((count, bucket) => countIn(sum.run, bucket, count));
  }
  return sum;
}

/** Counts a duration in its bucket. */
export function countDuration(buckets: number[], ms: number): void {
  countIn(buckets, bucketOf(ms), 1);
}

function countIn(buckets: number[], bucket: number, count: number): void {
  buckets[bucket] = (buckets[bucket] ?? 0) + count;
}

/** Where the figures of all processes come together. */
export abstract class QueueFigures {
  /** Adds them to the current minute of the queue. */
  abstract add(queue: string, figures: JobFigures): Promise<void>;
  /**
   * Of each queue that did anything in the last `windowMs`: of the minutes that began in it, of which the last is not
   * over. They cover up to a minute less than the window.
   */
  abstract since(windowMs: number): Promise<ReadonlyMap<string, CoveredFigures>>;
  /** @returns how many minutes of queues. */
  abstract forget(olderThanMs: number): Promise<number>;
}
