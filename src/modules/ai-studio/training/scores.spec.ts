import { baselineForecasts, forecast, scoresOf } from './scores.js';

describe('scoresOf', () => {
  it('counts calls that were right, and measures the probabilities behind them', () => {
    const scores = scoresOf([
      forecast(0.8, 1),
      forecast(0.6, 0),
      forecast(0.3, 1),
      forecast(0.1, 0),
      forecast(0.5, 1),
    ]);
    expect(scores).toEqual({
      rows: 5,
      accuracy: 3 / 5,
      precision: 2 / 3,
      recall: 2 / 3,
      logLoss: expect.closeTo(-Math.log(0.8 * 0.4 * 0.3 * 0.9 * 0.5) / 5, 12),
      brier: expect.closeTo((0.04 + 0.36 + 0.49 + 0.01 + 0.25) / 5, 12),
    });
  });

  it('has no precision without a call of "up", and no recall when nothing rose', () => {
    expect(scoresOf([forecast(0.2, 0)])).toMatchObject({ precision: null, recall: null });
    expect(scoresOf([forecast(0.2, 1)])).toMatchObject({ precision: null, recall: 0 });
    expect(scoresOf([forecast(0.9, 0)])).toMatchObject({ precision: 0, recall: null });
  });

  it('keeps the loss of a certainty that was wrong finite', () => {
    expect(scoresOf([forecast(1, 0)]).logLoss).toBeCloseTo(-Math.log(1e-15), 6);
    expect(scoresOf([forecast(1, 1)]).logLoss).toBe(0);
  });
});

describe('baselineForecasts', () => {
  it('calls the majority of what it was trained on, with its share as probability', () => {
    const scores = scoresOf(baselineForecasts([1, 0, 0, 0], [0, 1]));
    expect(scores).toMatchObject({ accuracy: 0.5, precision: null, recall: 0 });
    expect(scores.brier).toBeCloseTo((0.25 ** 2 + 0.75 ** 2) / 2, 12);
  });

  it('does not learn from the outcomes it is measured on', () => {
    const one = baselineForecasts([1, 1, 0], [1, 1]);
    const other = baselineForecasts([1, 1, 0], [0, 0]);
    expect(one.map(({ probability }) => probability)).toEqual(
      other.map(({ probability }) => probability),
    );
  });
});
