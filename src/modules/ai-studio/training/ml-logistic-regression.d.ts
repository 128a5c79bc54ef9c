/** The part of the package that is used; it brings no types of its own. */
declare module 'ml-logistic-regression' {
  import type { Matrix } from 'ml-matrix';

  interface TwoClasses {
    readonly weights: Matrix;
    /** Per row, the probability of not being of the class. */
    testScores(features: Matrix): number[];
  }

  export default class LogisticRegression {
    constructor(options?: { numSteps?: number; learningRate?: number });
    readonly classifiers: readonly TwoClasses[];
    /** @param classes column of 0 … n-1 */
    train(features: Matrix, classes: Matrix): void;
  }
}
