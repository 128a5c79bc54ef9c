import type { Bar } from './bar.js';
import { warmUpOf, type Feature } from './features.js';

/** The features of one bar, known at its close. */
export interface FeatureRow {
  readonly openAtMs: number;
  /** In the order of the features asked for. */
  readonly values: readonly number[];
}

/** A row whose outcome is known. */
export interface LabelledRow extends FeatureRow {
  /** 1 when the next bar closed higher than this one, else 0. */
  readonly up: 0 | 1;
}

/**
 * One row per bar from the first that has enough bars before it. A row depends on its bar and those before
 * it: whatever comes after changes nothing.
 * @param bars closed ones, oldest first
 */
export function featureRows(bars: readonly Bar[], features: readonly Feature[]): FeatureRow[] {
  const warmUp = warmUpOf(features);
  return bars.slice(warmUp).map(({ openAtMs }, index) => {
    const end = index + warmUp + 1;
    return {
      openAtMs,
      values: features.map(({ warmUpBars, compute }) =>
        compute(bars.slice(end - warmUpBars - 1, end)),
      ),
    };
  });
}

/**
 * {@link featureRows} with what the next bar did. The last bar has no next one, and is left out.
 * @param bars closed ones, oldest first
 */
export function labelledRows(bars: readonly Bar[], features: readonly Feature[]): LabelledRow[] {
  const warmUp = warmUpOf(features);
  return featureRows(bars.slice(0, -1), features).map((row, index) => {
    const [bar, next] = bars.slice(index + warmUp, index + warmUp + 2);
    if (!bar || !next) throw new RangeError('a row without its bars');
    return { ...row, up: next.close > bar.close ? 1 : 0 };
  });
}
