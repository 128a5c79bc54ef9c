import { TIMEFRAME_MS, type Timeframe } from '../../market-data/index.js';
import { MAX_BARS } from '../ai-studio.dto.js';
import { rangeTooLong, tooFewRows } from '../ai-studio.errors.js';
import { featuresOf, warmUpOf, type FeatureName } from '../features/features.js';

import { MIN_ROWS } from './walk-forward.js';

/** What a model says of the bars it learns from. */
export interface TrainingRange {
  readonly timeframe: Timeframe;
  readonly lookbackBars: number | null;
  readonly fromAt: Date | null;
  readonly toAt: Date | null;
}

/**
 * @param presentMs no bar opens after it
 * @throws AppError `ai_studio.range_too_long` when it can hold more bars than a training takes
 */
export function assertNotTooLong(range: TrainingRange, presentMs: number): void {
  if (mostBars(range, presentMs) > MAX_BARS) throw rangeTooLong(MAX_BARS);
}

/**
 * What the range alone tells, before any bar is read.
 * @throws AppError `ai_studio.range_too_long`, `ai_studio.too_few_rows`
 */
export function assertTrainable(
  range: TrainingRange & { readonly features: readonly FeatureName[] },
  presentMs: number,
): void {
  assertNotTooLong(range, presentMs);
  assertEnoughRows(mostBars(range, presentMs) - warmUpOf(featuresOf(range.features)) - 1);
}

/** @throws AppError `ai_studio.too_few_rows` */
export function assertEnoughRows(rows: number): void {
  if (rows < MIN_ROWS) throw tooFewRows(Math.max(0, rows), MIN_ROWS);
}

function mostBars(range: TrainingRange, presentMs: number): number {
  const { timeframe, lookbackBars, fromAt, toAt } = range;
  if (lookbackBars !== null) return lookbackBars;
  const endMs = Math.min(toAt?.getTime() ?? presentMs, presentMs);
  const fromMs = fromAt?.getTime() ?? endMs;
  return Math.max(0, Math.ceil((endMs - fromMs) / TIMEFRAME_MS[timeframe]));
}
