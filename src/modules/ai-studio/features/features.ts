import { getAverage, RSI, SMA } from 'trading-signals';
import type { Bar } from './bar.js';

/**
 * A figure of a bar.
 *
 * It is computed from a window that ends with the bar, so it cannot know what came later, and has the same
 * value however much history was loaded.
 */
export interface Feature {
  readonly name: FeatureName;
  readonly description: string;
  readonly formula: string;
  /** Bars needed before the bar it is of. */
  readonly warmUpBars: number;
  /** @param window `warmUpBars + 1` bars, oldest first; the figure is of the last one */
  readonly compute: (window: readonly Bar[]) => number;
}

export const FEATURE_NAMES = [
  'return_1',
  'return_5',
  'momentum_20',
  'gap',
  'range',
  'close_position',
  'volatility_20',
  'rsi_14',
  'sma_distance_20',
  'sma_distance_50',
  'volume_change_20',
] as const;
export type FeatureName = (typeof FEATURE_NAMES)[number];

type Declared = Omit<Feature, 'name'>;

const DECLARED: Readonly<Record<FeatureName, Declared>> = {
  return_1: returnOver(1),
  return_5: returnOver(5),
  momentum_20: returnOver(20),
  gap: {
    description: 'How far the bar opened from the close before it',
    formula: 'open[t] / close[t-1] - 1',
    warmUpBars: 1,
    compute: (window) => at(window, -1).open / at(window, -2).close - 1,
  },
  range: {
    description: 'Height of the bar against its close',
    formula: '(high[t] - low[t]) / close[t]',
    warmUpBars: 0,
    compute: (window) => {
      const { high, low, close } = at(window, -1);
      return (high - low) / close;
    },
  },
  close_position: {
    description: 'Where in its range the bar closed: 0 at the low, 1 at the high',
    formula: '(close[t] - low[t]) / (high[t] - low[t]); 0.5 for a bar without a range',
    warmUpBars: 0,
    compute: (window) => {
      const { high, low, close } = at(window, -1);
      return high > low ? (close - low) / (high - low) : 0.5;
    },
  },
  volatility_20: {
    description: 'Volatility of the last 20 returns, per bar',
    formula: 'sample standard deviation of ln(close[i] / close[i-1]), i = t-19 … t',
    warmUpBars: 20,
    compute: (window) => sampleDeviation(logReturns(window)),
  },
  rsi_14: {
    description: 'Relative strength index of 14 bars with simple averages (Cutler), 0 to 100',
    formula: '100 - 100 / (1 + mean gain / mean loss) of the last 14 changes of the close',
    warmUpBars: 14,
    compute: relativeStrength,
  },
  sma_distance_20: smaDistance(20),
  sma_distance_50: smaDistance(50),
  volume_change_20: {
    description: 'Volume against the mean of the 20 bars before',
    formula: 'volume[t] / mean(volume[t-20] … volume[t-1]) - 1; 0 when nothing was traded before',
    warmUpBars: 20,
    compute: (window) => {
      const before = getAverage(window.slice(0, -1).map(({ volume }) => volume));
      return before > 0 ? at(window, -1).volume / before - 1 : 0;
    },
  },
};

/** All there are, in the order in which they are shown. */
export const FEATURES: readonly Feature[] = FEATURE_NAMES.map((name) => ({
  name,
  ...DECLARED[name],
}));

/** In the order of `names`: a model's weights stand in the same. */
export function featuresOf(names: readonly FeatureName[]): Feature[] {
  return names.map((name) => ({ name, ...DECLARED[name] }));
}

/** Bars needed before the first bar that has all of the features. */
export function warmUpOf(features: readonly Feature[]): number {
  return Math.max(0, ...features.map(({ warmUpBars }) => warmUpBars));
}

function returnOver(bars: number): Declared {
  return {
    description: `Return over ${bars === 1 ? 'one bar' : `${bars} bars`}`,
    formula: `close[t] / close[t-${bars}] - 1`,
    warmUpBars: bars,
    compute: (window) => at(window, -1).close / at(window, 0).close - 1,
  };
}

function smaDistance(bars: number): Declared {
  return {
    description: `Close against the simple moving average of ${bars} bars`,
    formula: `close[t] / mean(close[t-${bars - 1}] … close[t]) - 1`,
    warmUpBars: bars - 1,
    compute: (window) => at(window, -1).close / getAverage(closes(window)) - 1,
  };
}

/** Wilder's smoothing never forgets a bar; simple averages make the figure one of its window alone. */
function relativeStrength(window: readonly Bar[]): number {
  const prices = closes(window);
  // The library answers 100 for prices that do not move at all; by its own symmetry that is the middle.
  if (prices.every((price) => price === prices[0])) return 50;
  const rsi = new RSI(prices.length - 1, SMA);
  rsi.updates(prices);
  return rsi.getResultOrThrow();
}

function closes(window: readonly Bar[]): number[] {
  return window.map(({ close }) => close);
}

function logReturns(window: readonly Bar[]): number[] {
  return window.slice(1).map(({ close }, i) => Math.log(close / at(window, i).close));
}

function sampleDeviation(values: readonly number[]): number {
  const mean = getAverage([...values]);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

function at(window: readonly Bar[], index: number): Bar {
  const bar = window.at(index);
  if (!bar) throw new RangeError(`a window of ${window.length} bars has none at ${index}`);
  return bar;
}
