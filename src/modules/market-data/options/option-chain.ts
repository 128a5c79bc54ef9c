import { money, moneyText, type Money } from '../../../kernel/money.js';
import type { Quote, QuoteSource } from '../quotes/quote.js';
import type { OptionKind } from './black-scholes.js';
import { rootOf, writeOccSymbol } from './occ-symbol.js';
import type { OptionExpiry } from './option-expiries.js';
import { RISK_FREE_RATE, spotOf, valueOption, type OptionPrices } from './option-quote.js';

export const STRIKES_EACH_SIDE = 10;
const DAYS_PER_YEAR = 365;
const PRICE_PLACES = 4;
const GREEK_PLACES = 6;
/** A step of strikes is about so much of the spot. */
const STEP_SHARE = 0.02;

/** Decimals in text: USD an underlying unit. Theta is a day's, vega and rho are for a hundredth. */
export interface PricedOption extends Omit<OptionPrices, 'last'> {
  /** What it is ordered by; null where a contract's symbol has no room for the underlying's or the strike. */
  readonly symbol: string | null;
  /** By the model: European. Bid and ask are to trade at; nothing is asked below what exercising gives. */
  readonly price: string;
  readonly delta: string;
  readonly gamma: string;
  readonly theta: string;
  readonly vega: string;
  readonly rho: string;
}

export interface OptionChain {
  readonly symbol: string;
  readonly expiry: string;
  /** All that there are. */
  readonly expiries: readonly string[];
  readonly expiresAt: string;
  /** Of the underlying: USD, the middle of bid and ask. */
  readonly spot: string;
  readonly model: 'black-scholes';
  readonly volatility: string;
  readonly riskFreeRate: string;
  readonly strikes: readonly {
    readonly strike: string;
    readonly call: PricedOption;
    readonly put: PricedOption;
  }[];
  readonly asOf: string;
  readonly source: QuoteSource;
}

/**
 * The options of one expiry around the spot, valued by {@link blackScholes}: European, without dividends.
 * @param volatility annual, as a fraction; above zero
 */
export function optionChain(
  quote: Quote,
  expiry: OptionExpiry,
  expiries: readonly OptionExpiry[],
  volatility: number,
): OptionChain {
  const spot = spotOf(quote);
  const priced = (right: OptionKind, strike: Money) =>
    pricedOption(quote, expiry, right, strike, volatility);
  return {
    symbol: quote.symbol,
    expiry: expiry.date,
    expiries: expiries.map(({ date }) => date),
    expiresAt: new Date(expiry.closeMs).toISOString(),
    spot: moneyText(spot),
    model: 'black-scholes',
    volatility: rounded(volatility, GREEK_PLACES),
    riskFreeRate: String(RISK_FREE_RATE),
    strikes: strikesAround(spot).map((strike) => ({
      strike: moneyText(strike),
      call: priced('call', strike),
      put: priced('put', strike),
    })),
    asOf: quote.asOf,
    source: quote.source,
  };
}

/** So many to either side of the one next to the spot, and that one; on round steps, all above zero. */
export function strikesAround(spot: Money, eachSide = STRIKES_EACH_SIDE): Money[] {
  const step = strikeStep(spot);
  const middle = spot.div(step).round();
  return Array.from({ length: 2 * eachSide + 1 }, (_, index) =>
    middle.plus(index - eachSide).times(step),
  ).filter((strike) => strike.gt(0));
}

/** The largest of 1, 2.5 and 5 times a power of ten that is no more than a fiftieth of the spot. */
function strikeStep(spot: Money): Money {
  const target = spot.times(STEP_SHARE);
  const power = money(10).pow(Math.floor(target.log(10).toNumber()));
  const factor = [5, 2.5, 1].find((one) => power.times(one).lte(target)) ?? 1;
  return power.times(factor);
}

function pricedOption(
  quote: Quote,
  { date, closeMs }: OptionExpiry,
  right: OptionKind,
  strike: Money,
  volatility: number,
): PricedOption {
  const { value, prices } = valueOption(quote, { right, strike, expiresAtMs: closeMs }, volatility);
  const { price, delta, gamma, theta, vega, rho } = value;
  const { bid, ask, bidSize, askSize } = prices;
  const root = rootOf(quote.symbol);
  return {
    symbol: writeOccSymbol({ root, expiry: date, right, strike: moneyText(strike) }) ?? null,
    bid,
    ask,
    ...(bidSize !== undefined && { bidSize }),
    ...(askSize !== undefined && { askSize }),
    price: rounded(price, PRICE_PLACES),
    delta: rounded(delta, GREEK_PLACES),
    gamma: rounded(gamma, GREEK_PLACES),
    theta: rounded(theta / DAYS_PER_YEAR, GREEK_PLACES),
    vega: rounded(vega / 100, GREEK_PLACES),
    rho: rounded(rho / 100, GREEK_PLACES),
  };
}

function rounded(value: number, places: number): string {
  const text = money(value).toDecimalPlaces(places);
  // Rounded up to zero, a small negative keeps its sign.
  return text.isZero() ? '0' : text.toFixed();
}
