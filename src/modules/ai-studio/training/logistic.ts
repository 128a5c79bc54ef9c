import { designRow, type Scaling } from './scaling.js';

/** What a training makes: fixed from then on. */
export interface LogisticModel extends Scaling {
  /** The intercept, then one per feature. */
  readonly weights: readonly number[];
}

/** Probability that the next bar closes higher: the logistic function of the weighted features. */
export function probabilityUp(model: LogisticModel, values: readonly number[]): number {
  const score = designRow(model, values).reduce(
    (sum, value, i) => sum + value * (model.weights[i] ?? NaN),
    0,
  );
  return 1 / (1 + Math.exp(-score));
}
