import type { Bar } from '../features/bar.js';
import { labelledRows, type LabelledRow } from '../features/feature-rows.js';
import { featuresOf, type FeatureName } from '../features/features.js';

export interface RowsInput {
  /** Closed ones, oldest first. */
  readonly bars: readonly Bar[];
  readonly features: readonly FeatureName[];
}

/** What a model learns from. */
export default function rows({ bars, features }: RowsInput): LabelledRow[] {
  return labelledRows(bars, featuresOf(features));
}
