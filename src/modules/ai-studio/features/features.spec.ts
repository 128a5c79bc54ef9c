import type { Bar } from './bar.js';
import { FEATURES, featuresOf, type FeatureName } from './features.js';

const bar = (overrides: Partial<Bar>): Bar => ({
  openAtMs: 0,
  open: 100,
  high: 110,
  low: 90,
  close: 100,
  volume: 1_000,
  ...overrides,
});

const closing = (...closes: number[]) => closes.map((close) => bar({ close }));
const valueOf = (name: FeatureName, window: readonly Bar[]) =>
  featuresOf([name])[0]!.compute(window);

describe('the features', () => {
  it('have a name, a description, a formula and a warm-up each', () => {
    for (const { name, description, formula, warmUpBars } of FEATURES) {
      expect({ name, ok: description !== '' && formula !== '' && warmUpBars >= 0 }).toEqual({
        name,
        ok: true,
      });
    }
    expect(new Set(FEATURES.map(({ name }) => name)).size).toBe(FEATURES.length);
  });

  it('measure returns from the close so many bars ago', () => {
    expect(valueOf('return_1', closing(100, 103))).toBeCloseTo(0.03, 12);
    expect(valueOf('return_5', closing(100, 1, 2, 3, 4, 90))).toBeCloseTo(-0.1, 12);
  });

  it('measure the gap from the close before', () => {
    expect(valueOf('gap', [bar({ close: 100 }), bar({ open: 102 })])).toBeCloseTo(0.02, 12);
  });

  it('measure the bar itself', () => {
    expect(valueOf('range', [bar({ high: 105, low: 95, close: 100 })])).toBeCloseTo(0.1, 12);
    expect(valueOf('close_position', [bar({ high: 110, low: 90, close: 105 })])).toBe(0.75);
    expect(valueOf('close_position', [bar({ high: 100, low: 100 })])).toBe(0.5);
  });

  it('measure volatility as the sample deviation of log returns', () => {
    // Up and down by the same factor in turn: ten returns of +r, ten of -r, mean 0.
    const closes = Array.from({ length: 21 }, (_, i) => (i % 2 === 0 ? 100 : 110));
    const r = Math.log(1.1);
    const expected = Math.sqrt((20 * r * r) / 19);
    expect(valueOf('volatility_20', closing(...closes))).toBeCloseTo(expected, 12);
    expect(valueOf('volatility_20', closing(...Array<number>(21).fill(7)))).toBe(0);
  });

  it('measure relative strength by mean gain and mean loss', () => {
    // Seven gains of 3 and seven losses of 1.
    const closes = Array.from({ length: 15 }, (_, i) => 100 + Math.ceil(i / 2) * 3 - (i >> 1));
    expect(valueOf('rsi_14', closing(...closes))).toBeCloseTo(75, 12);
    const rising = Array.from({ length: 15 }, (_, i) => 100 + i);
    expect(valueOf('rsi_14', closing(...rising))).toBe(100);
    expect(valueOf('rsi_14', closing(...[...rising].reverse()))).toBe(0);
    expect(valueOf('rsi_14', closing(...Array<number>(15).fill(5)))).toBe(50);
  });

  it('measure the distance from a moving average that holds the bar itself', () => {
    const closes = [...Array<number>(19).fill(100), 120];
    expect(valueOf('sma_distance_20', closing(...closes))).toBeCloseTo(120 / 101 - 1, 12);
  });

  it('measure volume against the bars before, and say 0 where nothing was traded', () => {
    const before = Array<Bar>(20).fill(bar({ volume: 1_000 }));
    expect(valueOf('volume_change_20', [...before, bar({ volume: 1_500 })])).toBeCloseTo(0.5, 12);
    const quiet = Array<Bar>(20).fill(bar({ volume: 0 }));
    expect(valueOf('volume_change_20', [...quiet, bar({ volume: 5 })])).toBe(0);
  });
});
