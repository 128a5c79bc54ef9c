import LogisticRegression from 'ml-logistic-regression';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

export interface FitInput {
  /** Scaled, with the constant first. */
  readonly rows: readonly (readonly number[])[];
  readonly outcomes: readonly (0 | 1)[];
  /** Of the gradient. */
  readonly steps: number;
}

/**
 * Fits a logistic regression in one go, which would hold up the process for as long as it takes.
 * @returns a weight per column
 */
export default function fit({ rows, outcomes, steps }: FitInput): number[] {
  const features = new Matrix(rows.map((row) => [...row]));
  const model = new LogisticRegression({
    numSteps: steps,
    learningRate: learningRate(features),
  });
  model.train(features, Matrix.columnVector([...outcomes]));
  // One classifier per class against all others; the first tells the falling bars (0) from the rest, so its
  // scores are those of rising ones.
  const [rising] = model.classifiers;
  return rising?.weights.to1DArray() ?? [];
}

/**
 * The longest step with which gradient descent is sure to come closer: one over the largest curvature of the
 * loss, which is a quarter of the largest eigenvalue of XᵀX.
 */
function learningRate(features: Matrix): number {
  const curvature = new EigenvalueDecomposition(features.transpose().mmul(features), {
    assumeSymmetric: true,
  });
  return 4 / Math.max(...curvature.realEigenvalues);
}
