// @ts-check
/**
 * A thread of its own for the library, which fits in one go and would hold up the process for as long as it
 * takes. A `.mjs`, so that it is the same file for the build and for the tests.
 *
 * In: `{ rows: number[][], outcomes: (0 | 1)[], steps: number }`. Out: `{ weights: number[] }`.
 */
import { parentPort } from 'node:worker_threads';
import LogisticRegression from 'ml-logistic-regression';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

parentPort?.on('message', ({ rows, outcomes, steps }) => {
  const features = new Matrix(rows);
  const model = new LogisticRegression({
    numSteps: steps,
    learningRate: learningRate(features),
  });
  model.train(features, Matrix.columnVector(outcomes));
  // One classifier per class against all others; the first tells the falling bars (0) from the rest, so its
  // scores are those of rising ones.
  const [rising] = model.classifiers;
  parentPort?.postMessage({ weights: rising?.weights.to1DArray() ?? [] });
});

/**
 * The longest step with which gradient descent is sure to come closer: one over the largest curvature of the
 * loss, which is a quarter of the largest eigenvalue of XᵀX.
 * @param {Matrix} features
 */
function learningRate(features) {
  const curvature = new EigenvalueDecomposition(features.transpose().mmul(features), {
    assumeSymmetric: true,
  });
  return 4 / Math.max(...curvature.realEigenvalues);
}
