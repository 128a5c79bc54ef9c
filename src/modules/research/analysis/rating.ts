import type { Fundamentals } from './fundamentals.js';
import type { Technicals } from './indicators.js';

export const HORIZONS = ['short', 'medium', 'long'] as const;
/** Days to weeks, weeks to months, a year and more. */
export type Horizon = (typeof HORIZONS)[number];

/** What the rule looks at. */
export type Figures = Technicals &
  Pick<Fundamentals, 'revenueGrowth' | 'netMargin' | 'leverage' | 'earningsPerShare'> & {
    readonly price?: number;
    readonly priceEarnings?: number;
  };
export type FigureName = keyof Figures;

/** +1 speaks for the instrument, −1 against it, 0 neither. */
export type Vote = -1 | 0 | 1;

export interface Signal {
  readonly name: string;
  readonly vote: Vote;
  /** Its share of the horizon's whole weight, 0–1, among the signals that could vote. */
  readonly weight: number;
  readonly reason: string;
  readonly figures: readonly FigureName[];
}

export interface Rating {
  readonly rating: 'buy' | 'hold' | 'sell';
  /** −1 to 1: the votes, by weight. */
  readonly score: number;
  readonly signals: readonly Signal[];
  /** Signals that count for this horizon and had no figures. */
  readonly missing: readonly string[];
}

type Complete<Needed extends FigureName> = Required<Pick<Figures, Needed>>;

interface Rule {
  readonly name: string;
  readonly weights: Readonly<Record<Horizon, number>>;
  readonly figures: readonly FigureName[];
  /** undefined: a figure it needs is missing. */
  vote(figures: Figures): readonly [Vote, string] | undefined;
}

/** The score from which on a rating is not `hold`. */
const DECIDED = 0.3;
/** Below so much of the horizon's weight there is no rating. */
const ENOUGH_WEIGHT = 0.5;

function rule<Needed extends FigureName>(
  name: string,
  [short, medium, long]: readonly [number, number, number],
  figures: readonly Needed[],
  vote: (figures: Complete<Needed>) => readonly [Vote, string],
): Rule {
  return {
    name,
    weights: { short, medium, long },
    figures,
    vote: (all) => {
      const isComplete = figures.every((figure) => all[figure] !== undefined);
      return isComplete ? vote(all as Complete<Needed>) : undefined;
    },
  };
}

/**
 * The whole rule, a line each: name, weight on the short, medium and long horizon, and the vote. The
 * thresholds are the customary ones of the field (RSI 30/70: Wilder 1978; crossing of the 50- and 200-day
 * averages) and round numbers where there is no custom; they are a rule of thumb and no promise.
 */
const RULES: readonly Rule[] = [
  rule('momentum', [3, 1, 0], ['rsi14'], ({ rsi14 }) => {
    if (rsi14 < 30) return [1, 'RSI(14) below 30: oversold'];
    if (rsi14 > 70) return [-1, 'RSI(14) above 70: overbought'];
    return [0, 'RSI(14) between 30 and 70'];
  }),
  rule('macd', [3, 2, 0], ['macd', 'macdSignal', 'macdHistogram'], ({ macdHistogram }) =>
    compare(macdHistogram, 0, 'MACD', 'its signal line'),
  ),
  rule('short-trend', [3, 0, 0], ['close', 'sma20'], ({ close, sma20 }) =>
    compare(close, sma20, 'close', 'the 20-day average'),
  ),
  rule('medium-trend', [0, 3, 0], ['close', 'sma50'], ({ close, sma50 }) =>
    compare(close, sma50, 'close', 'the 50-day average'),
  ),
  rule('long-trend', [0, 0, 2], ['close', 'sma200'], ({ close, sma200 }) =>
    compare(close, sma200, 'close', 'the 200-day average'),
  ),
  rule('crossing', [0, 0, 1], ['sma50', 'sma200'], ({ sma50, sma200 }) =>
    compare(sma50, sma200, '50-day average', 'the 200-day average'),
  ),
  rule('volatility', [1, 1, 0], ['close', 'atr14'], ({ close, atr14 }) =>
    atr14 > close * 0.05
      ? [-1, 'ATR(14) above 5 % of the close: unsteady']
      : [0, 'ATR(14) at most 5 % of the close'],
  ),
  rule('growth', [0, 2, 2], ['revenueGrowth'], ({ revenueGrowth }) => {
    if (revenueGrowth >= 0.05) return [1, 'revenue grows by 5 % a year or more'];
    return revenueGrowth < 0 ? [-1, 'revenue shrinks'] : [0, 'revenue grows by less than 5 %'];
  }),
  rule('profitability', [0, 1, 2], ['netMargin'], ({ netMargin }) => {
    if (netMargin >= 0.1) return [1, 'net margin of 10 % or more'];
    return netMargin < 0 ? [-1, 'a loss'] : [0, 'net margin below 10 %'];
  }),
  rule('leverage', [0, 0, 1], ['leverage'], ({ leverage }) => {
    if (leverage <= 0.5) return [1, 'liabilities at most half of the assets'];
    return leverage > 0.75
      ? [-1, 'liabilities above three quarters of the assets']
      : [0, 'liabilities half to three quarters of the assets'];
  }),
  rule('earnings', [0, 0, 1], ['earningsPerShare'], ({ earningsPerShare }) =>
    earningsPerShare > 0 ? [0, 'a profit per share'] : [-1, 'no profit per share'],
  ),
  rule(
    'valuation',
    [0, 1, 2],
    ['price', 'earningsPerShare', 'priceEarnings'],
    ({ priceEarnings }) => {
      if (priceEarnings <= 15) return [1, 'price at most 15 times earnings'];
      return priceEarnings > 35
        ? [-1, 'price above 35 times earnings']
        : [0, 'price 15 to 35 times earnings'];
    },
  ),
];

/**
 * Each signal votes; the score is the mean of the votes by their weight on the horizon; from
 * ±{@link DECIDED} on it is `buy` or `sell`. Signals without figures are left out and named.
 * @returns undefined when those that can vote have less than half of the weight
 */
export function rate(horizon: Horizon, figures: Figures): Rating | undefined {
  const rules = RULES.filter(({ weights }) => weights[horizon] > 0);
  const votes = rules.map((one) => ({ ...one, cast: one.vote(figures) }));
  const weightOf = (some: readonly Rule[]) =>
    some.reduce((total, { weights }) => total + weights[horizon], 0);
  const able = votes.filter(({ cast }) => cast !== undefined);
  const whole = weightOf(able);
  if (whole < ENOUGH_WEIGHT * weightOf(rules)) return undefined;

  const signals = able.map(({ name, weights, figures: used, cast: [vote, reason] = [0, ''] }) => ({
    ...{ name, vote, reason, figures: used },
    weight: weights[horizon] / whole,
  }));
  const score = signals.reduce((total, { vote, weight }) => total + vote * weight, 0);
  return {
    rating: ratingOf(score),
    score,
    signals,
    missing: votes.filter(({ cast }) => cast === undefined).map(({ name }) => name),
  };
}

function ratingOf(score: number): Rating['rating'] {
  if (score >= DECIDED) return 'buy';
  return score <= -DECIDED ? 'sell' : 'hold';
}

function compare(
  value: number,
  level: number,
  what: string,
  than: string,
): readonly [Vote, string] {
  if (value > level) return [1, `${what} above ${than}`];
  return value < level ? [-1, `${what} below ${than}`] : [0, `${what} at ${than}`];
}
