import type { LabelledRow } from '../features/feature-rows.js';
import { probabilityUp, type LogisticModel } from './logistic.js';
import { designRow, measureScaling } from './scaling.js';
import { baselineForecasts, forecast, scoresOf, type Forecast, type Scores } from './scores.js';
import { FOLDS, walkForward } from './walk-forward.js';

/** Rows next to each other in time: when the first and the last bar opened. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
  readonly rows: number;
}

export interface FoldReport {
  readonly train: Period;
  readonly test: Period;
  readonly scores: Scores;
  readonly baseline: Scores;
}

/** How a model did on rows it had not been trained on. */
export interface Report {
  readonly period: Period;
  /** Over the tested rows of all folds. */
  readonly scores: Scores;
  readonly baseline: Scores;
  readonly folds: readonly FoldReport[];
}

/** Answers the weights: the intercept first. */
export type Fit = (
  rows: readonly (readonly number[])[],
  outcomes: readonly (0 | 1)[],
) => Promise<readonly number[]>;

/** Fits of one training: each fold, then all rows. */
export const FITS = FOLDS + 1;

/**
 * Tests on each fold a model of what came before it, then trains the one to keep on all rows. Means and
 * deviations are those of the training part each time: no figure of a tested row is used to make its forecast.
 * @param rows oldest first, at least `MIN_ROWS`
 * @param afterFit called with the number of fits done; what it throws ends the training
 */
export async function evaluateAndTrain(
  rows: readonly LabelledRow[],
  fitWeights: Fit,
  afterFit: (done: number) => Promise<void>,
): Promise<{ model: LogisticModel; report: Report }> {
  const folds: FoldReport[] = [];
  const forecasts: Forecast[] = [];
  const baseline: Forecast[] = [];
  for (const { trainEnd, testEnd } of walkForward(rows.length)) {
    const [known, tested] = [rows.slice(0, trainEnd), rows.slice(trainEnd, testEnd)];
    const model = await train(known, fitWeights);
    const made = tested.map(({ values, up }) => forecast(probabilityUp(model, values), up));
    const plain = baselineForecasts(outcomesOf(known), outcomesOf(tested));
    forecasts.push(...made);
    baseline.push(...plain);
    folds.push({
      train: periodOf(known),
      test: periodOf(tested),
      scores: scoresOf(made),
      baseline: scoresOf(plain),
    });
    await afterFit(folds.length);
  }
  const model = await train(rows, fitWeights);
  await afterFit(FITS);
  const scores = scoresOf(forecasts);
  return {
    model,
    report: { period: periodOf(rows), scores, baseline: scoresOf(baseline), folds },
  };
}

async function train(rows: readonly LabelledRow[], fitWeights: Fit): Promise<LogisticModel> {
  const scaling = measureScaling(rows.map(({ values }) => values));
  const design = rows.map(({ values }) => designRow(scaling, values));
  return { ...scaling, weights: await fitWeights(design, outcomesOf(rows)) };
}

function outcomesOf(rows: readonly LabelledRow[]): (0 | 1)[] {
  return rows.map(({ up }) => up);
}

function periodOf(rows: readonly LabelledRow[]): Period {
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) throw new RangeError('no rows');
  return { fromMs: first.openAtMs, toMs: last.openAtMs, rows: rows.length };
}
