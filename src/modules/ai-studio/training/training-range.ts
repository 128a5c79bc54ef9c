import { MAX_BARS } from '../ai-studio.dto.js';
import { rangeTooLong, tooFewRows } from '../ai-studio.errors.js';
import { featuresOf, warmUpOf, type FeatureName } from '../features/features.js';
import { TIMEFRAME_MS, type Timeframe } from '../features/timeframes.js';
import { MIN_ROWS } from './walk-forward.js';

/** What a model says of the bars it learns from. */
export interface TrainingRange {
  readonly timeframe: Timeframe;
  readonly lookbackBars: number | null;
  readonly fromAt: Date | null;
  readonly toAt: Date | null;
}

/** Bars that open in `fromMs` ≤ t < `toMs`. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The range in time; nothing of it is later than now. A lookback is as long as its bars are without a gap. */
export function spanOf(
  { timeframe, lookbackBars, fromAt, toAt }: TrainingRange,
  nowMs: number,
): Span {
  const toMs = Math.min(toAt?.getTime() ?? nowMs, nowMs);
  const spanMs = TIMEFRAME_MS[timeframe];
  // The bar that is open now does not count, so one more is asked for.
  const lookbackMs = ((lookbackBars ?? 0) + 1) * spanMs;
  return { fromMs: fromAt?.getTime() ?? toMs - lookbackMs, toMs };
}

/** @throws AppError `ai_studio.range_too_long` when it can hold more bars than a training takes */
export function assertNotTooLong(range: TrainingRange, nowMs: number): void {
  if (mostBars(range, nowMs) > MAX_BARS) throw rangeTooLong(MAX_BARS);
}

/**
 * What the range alone tells, before any bar is read.
 * @throws AppError `ai_studio.range_too_long`, `ai_studio.too_few_rows`
 */
export function assertTrainable(
  range: TrainingRange & { readonly features: readonly FeatureName[] },
  nowMs: number,
): void {
  assertNotTooLong(range, nowMs);
  assertEnoughRows(mostBars(range, nowMs) - warmUpOf(featuresOf(range.features)) - 1);
}

/** @throws AppError `ai_studio.too_few_rows` */
export function assertEnoughRows(rows: number): void {
  if (rows < MIN_ROWS) throw tooFewRows(Math.max(0, rows), MIN_ROWS);
}

function mostBars(range: TrainingRange, nowMs: number): number {
  if (range.lookbackBars !== null) return range.lookbackBars;
  const { fromMs, toMs } = spanOf(range, nowMs);
  return Math.max(0, Math.ceil((toMs - fromMs) / TIMEFRAME_MS[range.timeframe]));
}
