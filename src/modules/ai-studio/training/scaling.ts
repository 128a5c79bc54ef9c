/** What turns features into figures of mean 0 and deviation 1, measured on training rows alone. */
export interface Scaling {
  readonly means: readonly number[];
  /** Population standard deviations; 1 for a feature that never changes, so that it becomes 0. */
  readonly deviations: readonly number[];
}

/** @param rows at least one, all of one length */
export function measureScaling(rows: readonly (readonly number[])[]): Scaling {
  const columns = rows[0]?.map((_, column) => rows.map((row) => row[column] ?? NaN)) ?? [];
  const means = columns.map(mean);
  const deviations = columns.map((values, column) => {
    const centre = means[column] ?? NaN;
    const deviation = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
    // Equal values leave a rest of rounding, which must not be blown up to a signal.
    return deviation > Math.abs(centre) * 1e-12 ? deviation : 1;
  });
  return { means, deviations };
}

/** A row as the model sees it: the constant 1, whose weight is the intercept, then the scaled features. */
export function designRow({ means, deviations }: Scaling, values: readonly number[]): number[] {
  return [1, ...values.map((value, i) => (value - (means[i] ?? NaN)) / (deviations[i] ?? NaN))];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
