import { ATR, EMA, MACD, RSI, SMA } from 'trading-signals';

export interface Bar {
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** Figures of the last bar, in the unit of the prices; a figure that needs more bars than there are is missing. */
export interface Technicals {
  readonly close?: number;
  /** Relative strength, 0–100, Wilder's smoothing over 14 bars (Wilder 1978). */
  readonly rsi14?: number;
  /** EMA(12) − EMA(26), its EMA(9), and their difference (Appel). */
  readonly macd?: number;
  readonly macdSignal?: number;
  readonly macdHistogram?: number;
  /** Average true range, Wilder's smoothing over 14 bars (Wilder 1978). */
  readonly atr14?: number;
  /** Simple averages of the close. */
  readonly sma20?: number;
  readonly sma50?: number;
  readonly sma200?: number;
}

/**
 * Exponential averages begin at some value and forget it slowly: after so many bars less than a
 * thousandth of it is left, whichever beginning a library chooses.
 */
const SETTLED_BARS = 100;

/** @param bars oldest first, all of them complete */
export function technicalsOf(bars: readonly Bar[]): Technicals {
  const last = bars.at(-1);
  if (last === undefined) return {};
  const closes = bars.map(({ close }) => close);
  const macd = lastOf(new MACD(new EMA(12), new EMA(26), new EMA(9)), closes, SETTLED_BARS);
  return withoutMissing({
    close: last.close,
    rsi14: isFlat(closes) ? undefined : lastOf(new RSI(14), closes),
    macd: macd?.macd,
    macdSignal: macd?.signal,
    macdHistogram: macd?.histogram,
    atr14: lastOf(new ATR(14), bars, SETTLED_BARS),
    sma20: lastOf(new SMA(20), closes),
    sma50: lastOf(new SMA(50), closes),
    sma200: lastOf(new SMA(200), closes),
  });
}

/** Without a gain or a loss there is no strength to compare; the formula would divide by nothing. */
function isFlat(closes: readonly number[]): boolean {
  return closes.every((close) => close === closes[0]);
}

interface Indicator<Input, Result> {
  readonly isStable: boolean;
  add(input: Input): Result | null;
  getResult(): Result | null;
}

function lastOf<Input, Result>(
  indicator: Indicator<Input, Result>,
  inputs: readonly Input[],
  neededInputs = 0,
): Result | undefined {
  for (const input of inputs) indicator.add(input);
  const isReady = indicator.isStable && inputs.length >= neededInputs;
  return isReady ? (indicator.getResult() ?? undefined) : undefined;
}

function withoutMissing(figures: {
  readonly [Name in keyof Technicals]: number | undefined;
}): Technicals {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined));
}
