import { Injectable } from '@nestjs/common';
import { ThreadPool, threadTask } from '../../../threads/index.js';
import type { Bar } from '../features/bar.js';
import type { LabelledRow } from '../features/feature-rows.js';
import type { FeatureName } from '../features/features.js';
import type fit from './fit.thread.js';
import type rows from './rows.thread.js';

/**
 * Gradient steps of one fit. On scaled features the loss has settled by then; 1,500 rows take half a second.
 */
const STEPS = 500;

const fitTask = threadTask<typeof fit>(new URL('./fit.thread.js', import.meta.url));
const rowsTask = threadTask<typeof rows>(new URL('./rows.thread.js', import.meta.url));

/** What a training computes, in threads. */
@Injectable()
export class TrainingWork {
  constructor(private readonly threads: ThreadPool) {}

  /** @param bars closed ones, oldest first */
  rows(
    bars: readonly Bar[],
    features: readonly FeatureName[],
    signal: AbortSignal,
  ): Promise<LabelledRow[]> {
    return this.threads.run(rowsTask, { bars, features }, signal);
  }

  /**
   * @param design scaled, with the constant first
   * @returns a weight per column
   */
  fit(
    design: readonly (readonly number[])[],
    outcomes: readonly (0 | 1)[],
    signal: AbortSignal,
  ): Promise<number[]> {
    return this.threads.run(fitTask, { rows: design, outcomes, steps: STEPS }, signal);
  }
}
