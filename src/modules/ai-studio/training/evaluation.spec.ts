import { ThreadPool } from '../../../threads/index.js';
import type { LabelledRow } from '../features/feature-rows.js';
import { evaluateAndTrain, FITS, type Fit } from './evaluation.js';
import { probabilityUp } from './logistic.js';
import { TrainingWork } from './training-work.js';

/** Numbers in [0, 1) that look random and are the same every time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Rows that rise with the logistic probability of `intercept + slope·x`; a second feature is noise. */
function drawRows(count: number, intercept: number, slope: number): LabelledRow[] {
  const random = seeded(7);
  return Array.from({ length: count }, (_, i) => {
    const x = random() * 4 - 2;
    const up = random() < 1 / (1 + Math.exp(-intercept - slope * x)) ? 1 : 0;
    return { openAtMs: i * 60_000, values: [100 + 5 * x, random()], up };
  });
}

const never = new AbortController().signal;
const nothing = () => Promise.resolve();

describe('evaluateAndTrain', () => {
  const threads = new ThreadPool();
  const work = new TrainingWork(threads);
  const fitWeights: Fit = (rows, outcomes) => work.fit(rows, outcomes, never);
  afterAll(() => threads.onApplicationShutdown());

  it('finds the probabilities that the rows were drawn with, and beats the baseline', async () => {
    const { model, report } = await evaluateAndTrain(
      drawRows(1_500, 0.4, 1.5),
      fitWeights,
      nothing,
    );
    expect(probabilityUp(model, [100, 0.5])).toBeCloseTo(1 / (1 + Math.exp(-0.4)), 1);
    expect(probabilityUp(model, [105, 0.5])).toBeCloseTo(1 / (1 + Math.exp(-1.9)), 1);
    expect(report.scores.accuracy).toBeGreaterThan(report.baseline.accuracy + 0.1);
    expect(report.scores.logLoss).toBeLessThan(report.baseline.logLoss - 0.1);
  });

  it('finds the minimum of the loss: no small change of a weight makes the fit better', async () => {
    const rows = drawRows(300, -0.3, 1);
    const { model } = await evaluateAndTrain(rows, fitWeights, nothing);
    const loss = (weights: readonly number[]) =>
      rows.reduce((sum, { values, up }) => {
        const p = probabilityUp({ ...model, weights }, values);
        return sum - Math.log(up === 1 ? p : 1 - p);
      }, 0);
    const best = loss(model.weights);
    for (const [i, weight] of model.weights.entries()) {
      for (const step of [-0.01, 0.01]) {
        expect(loss(model.weights.with(i, weight + step))).toBeGreaterThan(best);
      }
    }
  });

  it('learns nothing from noise: its loss stays by that of the baseline', async () => {
    const { report } = await evaluateAndTrain(drawRows(1_200, 0, 0), fitWeights, nothing);
    expect(report.scores.logLoss).toBeGreaterThan(report.baseline.logLoss - 0.02);
  });

  it('makes no use of a tested row: other outcomes and features at the end change no earlier fold', async () => {
    const rows = drawRows(240, 0.2, 1);
    const changed = rows.map((row, i): LabelledRow =>
      i < 200 ? row : { ...row, values: [999, -999], up: row.up === 1 ? 0 : 1 },
    );
    const one = (await evaluateAndTrain(rows, fitWeights, nothing)).report;
    const other = (await evaluateAndTrain(changed, fitWeights, nothing)).report;
    expect(other.folds.slice(0, 4)).toEqual(one.folds.slice(0, 4));
    expect(other.folds[4]).not.toEqual(one.folds[4]);
  });

  it('tells the periods of its folds, one after the other', async () => {
    const { report } = await evaluateAndTrain(drawRows(120, 0, 1), fitWeights, nothing);
    expect(report.period).toEqual({ fromMs: 0, toMs: 119 * 60_000, rows: 120 });
    expect(report.folds.map(({ train, test }) => [train.rows, test.rows])).toEqual(
      [20, 40, 60, 80, 100].map((rows) => [rows, 20]),
    );
    for (const { train, test } of report.folds) expect(test.fromMs).toBe(train.toMs + 60_000);
    expect(report.scores.rows).toBe(100);
  });

  it('ends at once when it is told to between two fits', async () => {
    let fits = 0;
    const counting: Fit = (rows, outcomes) => ((fits += 1), fitWeights(rows, outcomes));
    const stop = async (done: number) => {
      if (done === 2) throw new Error('enough');
    };
    await expect(evaluateAndTrain(drawRows(120, 0, 1), counting, stop)).rejects.toThrow('enough');
    expect(fits).toBe(2);
    expect(FITS).toBe(6);
  });

  it('trains on a part in which all bars rose, and on a feature that never changes', async () => {
    const rows = drawRows(120, 0, 1).map((row, i): LabelledRow => ({
      ...row,
      values: [row.values[0] ?? 0, 3],
      up: i < 60 ? 1 : row.up,
    }));
    const { model, report } = await evaluateAndTrain(rows, fitWeights, nothing);
    expect(model.weights.every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(report.scores.logLoss)).toBe(true);
  });
});
