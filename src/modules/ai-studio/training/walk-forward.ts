/** A fold of a walk-forward split: rows `0 … trainEnd-1` train, rows `trainEnd … testEnd-1` test. */
export interface Fold {
  readonly trainEnd: number;
  readonly testEnd: number;
}

export const FOLDS = 5;
/** So that a fold tests on 20 rows at least, and trains on as many. */
export const MIN_ROWS = 20 * (FOLDS + 1);

/**
 * Splits rows in time order into folds whose training part grows: each tests on the block after all that it
 * trains on, and no test block is used twice. What `count` does not share out evenly goes to the first
 * training part.
 *
 * A row's outcome is the close of the next bar. The last row of a training part ends with the very bar of
 * the first row tested, whose close is known when that row is: there is nothing to leave out between them.
 * @param count rows, at least `folds + 1`
 */
export function walkForward(count: number, folds = FOLDS): Fold[] {
  const block = Math.floor(count / (folds + 1));
  if (block < 1) throw new RangeError(`${count} rows do not make ${folds} folds`);
  return Array.from({ length: folds }, (_, i) => {
    const trainEnd = count - (folds - i) * block;
    return { trainEnd, testEnd: trainEnd + block };
  });
}
