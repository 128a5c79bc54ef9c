export type OptionKind = 'call' | 'put';

export interface OptionTerms {
  /** Prices of the underlying now and in the contract, in one currency; above zero. */
  readonly spot: number;
  readonly strike: number;
  /** Until expiry; above zero. */
  readonly years: number;
  /** Standard deviation of a year's return, as a fraction; above zero. */
  readonly volatility: number;
  /** Continuously compounded, a year, as a fraction. */
  readonly rate: number;
}

export interface OptionValue {
  readonly price: number;
  /** Change of the price for a change of the spot by 1. */
  readonly delta: number;
  /** Change of delta for a change of the spot by 1. */
  readonly gamma: number;
  /** Change of the price over a year that passes (below zero, as a rule). */
  readonly theta: number;
  /** Change of the price for a change of the volatility by 1, which is 100 points. */
  readonly vega: number;
  /** Change of the price for a change of the rate by 1. */
  readonly rho: number;
}

const SQRT_2_PI = Math.sqrt(2 * Math.PI);

/**
 * Price and greeks of a European option on an underlying without dividends (F. Black, M. Scholes, "The Pricing
 * of Options and Corporate Liabilities", 1973; greeks as in E. G. Haug, "Option Pricing Formulas").
 */
export function blackScholes(kind: OptionKind, terms: OptionTerms): OptionValue {
  const { spot, strike, years, volatility, rate } = terms;
  const spread = volatility * Math.sqrt(years);
  const d1 = (Math.log(spot / strike) + (rate + volatility ** 2 / 2) * years) / spread;
  const d2 = d1 - spread;
  const discounted = strike * Math.exp(-rate * years);
  const sign = kind === 'call' ? 1 : -1;
  const [n1, n2] = [normalCdf(sign * d1), normalCdf(sign * d2)];
  const density = normalDensity(d1);
  return {
    // Far out of the money the two terms cancel; what rounding leaves may be a trifle below zero.
    price: Math.max(0, sign * (spot * n1 - discounted * n2)),
    delta: sign * n1,
    gamma: density / (spot * spread),
    theta: (-spot * density * volatility) / (2 * Math.sqrt(years)) - sign * rate * discounted * n2,
    vega: spot * density * Math.sqrt(years),
    rho: sign * years * discounted * n2,
  };
}

export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / SQRT_2_PI;
}

/**
 * The standard normal distribution function, by its Taylor series around 0; absolute error below 1e-15
 * (G. Marsaglia, "Evaluating the Normal Distribution", Journal of Statistical Software 11(4), 2004).
 */
export function normalCdf(x: number): number {
  // Beyond this the tail is below the error: 6e-16.
  if (Math.abs(x) > 8) return x < 0 ? 0 : 1;
  let sum = x;
  let term = x;
  let before = 0;
  for (let n = 3; sum !== before; n += 2) {
    before = sum;
    term *= (x * x) / n;
    sum += term;
  }
  return Math.min(1, Math.max(0, 0.5 + sum * normalDensity(x)));
}
