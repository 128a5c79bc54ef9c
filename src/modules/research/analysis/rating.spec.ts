import fc from 'fast-check';
import { HORIZONS, rate, type Figures } from './rating.js';

const STRONG: Figures = {
  ...{ close: 110, price: 110, sma20: 105, sma50: 100, sma200: 90 },
  ...{ rsi14: 25, macd: 2, macdSignal: 1, macdHistogram: 1, atr14: 2 },
  ...{ revenueGrowth: 0.2, netMargin: 0.2, leverage: 0.3, earningsPerShare: 10, priceEarnings: 11 },
};
const WEAK: Figures = {
  ...{ close: 80, price: 80, sma20: 85, sma50: 90, sma200: 100 },
  ...{ rsi14: 75, macd: -2, macdSignal: -1, macdHistogram: -1, atr14: 8 },
  ...{ revenueGrowth: -0.2, netMargin: -0.1, leverage: 0.9, earningsPerShare: -2 },
};

const figures: fc.Arbitrary<Figures> = fc.record(
  Object.fromEntries(
    Object.keys(STRONG).map((name) => [name, fc.double({ min: -1e6, max: 1e6, noNaN: true })]),
  ),
  { requiredKeys: [] },
);

describe('the rating', () => {
  it.each(HORIZONS)(
    'of figures that all speak for it is buy, against it sell, on the %s horizon',
    (horizon) => {
      expect(rate(horizon, STRONG)).toMatchObject({ rating: 'buy', missing: [] });
      expect(rate(horizon, WEAK)?.rating).toBe('sell');
    },
  );

  it('looks at prices alone on the short horizon', () => {
    const { revenueGrowth, netMargin, leverage, earningsPerShare, priceEarnings, ...prices } =
      STRONG;
    expect([revenueGrowth, netMargin, leverage, earningsPerShare, priceEarnings]).not.toContain(
      undefined,
    );
    expect(rate('short', prices)).toEqual(rate('short', STRONG));
    expect(rate('short', prices)?.signals.map(({ name }) => name)).toEqual([
      'momentum',
      'macd',
      'short-trend',
      'volatility',
    ]);
  });

  it('does without what is missing and names it, until too little is left', () => {
    const { revenueGrowth: _, ...rest } = STRONG;
    expect(rate('medium', rest)).toMatchObject({ missing: ['growth'] });
    const { close, sma200, sma50 } = STRONG;
    expect(rate('long', { close, sma200, sma50 })).toBeUndefined();
    expect(rate('short', {})).toBeUndefined();
  });

  it('is the mean of the votes by weight', () => {
    // 3 × +1 for momentum, 3 × −1 for MACD, 3 × +1 for the trend, 1 × 0 for volatility.
    const mixed = { ...STRONG, macdHistogram: -1 };
    expect(rate('short', mixed)?.score).toBeCloseTo(0.3, 12);
    expect(rate('short', mixed)?.rating).toBe('buy');
    expect(rate('short', { ...mixed, rsi14: 50 })).toMatchObject({ rating: 'hold' });
  });

  it.each([
    [29.9, 1],
    [30, 0],
    [70, 0],
    [70.1, -1],
  ])('votes on an RSI of %d with %d', (rsi14, vote) => {
    const momentum = rate('short', { ...STRONG, rsi14 })?.signals[0];
    expect(momentum).toMatchObject({ name: 'momentum', vote, figures: ['rsi14'] });
  });

  it('lies between −1 and 1, from weights that are 1 together, whatever the figures', () => {
    fc.assert(
      fc.property(fc.constantFrom(...HORIZONS), figures, (horizon, some) => {
        const rating = rate(horizon, some);
        if (rating === undefined) return;
        expect(Math.abs(rating.score)).toBeLessThanOrEqual(1 + 1e-12);
        const weights = rating.signals.map(({ weight }) => weight);
        expect(weights.reduce((total, weight) => total + weight, 0)).toBeCloseTo(1, 9);
        for (const name of rating.signals.flatMap((signal) => signal.figures)) {
          expect(some[name]).toBeDefined();
        }
      }),
    );
  });
});
