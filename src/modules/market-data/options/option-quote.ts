import { Decimal } from 'decimal.js';
import { DAY_MS } from '../../../kernel/duration.js';
import { money, priceText, type Money } from '../../../kernel/money.js';
import type { Quote } from '../quotes/quote.js';
import {
  blackScholes,
  type OptionKind,
  type OptionTerms,
  type OptionValue,
} from './black-scholes.js';

/** A year, continuously compounded: an assumption, which every chain states. */
export const RISK_FREE_RATE = 0.04;
/** Units of the underlying in one contract; all quantities of options count units. */
export const UNITS_PER_CONTRACT = 100;

const DAYS_PER_YEAR = 365;
const PRICE_PLACES = 2;
const CENT = money('0.01');
/** Each side of the quote is this much away from the value, and a cent at least. */
const HALF_SPREAD = money('0.01');

/** What an option is worth now. */
export interface ValuedOption {
  readonly value: OptionValue;
  readonly prices: OptionPrices;
}

/** Decimals in text: USD an underlying unit; sizes in underlying units. */
export type OptionPrices = Pick<Quote, 'bid' | 'ask' | 'last' | 'bidSize' | 'askSize'>;

/** What a contract says, as far as its value depends on it. */
export interface ContractTerms {
  readonly right: OptionKind;
  /** USD an underlying unit. */
  readonly strike: Money;
  /** The moment that it expires at. */
  readonly expiresAtMs: number;
}

/** USD: the middle of bid and ask. */
export function spotOf({ bid, ask }: Pick<Quote, 'bid' | 'ask'>): Money {
  return money(bid).plus(ask).div(2);
}

/**
 * Value and prices of an option at a quote of its underlying: the one rule behind chains and quotes of contracts.
 * @param volatility annual, as a fraction; above zero
 */
export function valueOption(
  underlying: Quote,
  { right, strike, expiresAtMs }: ContractTerms,
  volatility: number,
): ValuedOption {
  const spot = spotOf(underlying);
  const years = (expiresAtMs - Date.parse(underlying.asOf)) / (DAYS_PER_YEAR * DAY_MS);
  const terms: OptionTerms = {
    spot: spot.toNumber(),
    strike: strike.toNumber(),
    // A quote of the last moment before the close: time is never quite over.
    years: Math.max(years, 1e-9),
    volatility,
    rate: RISK_FREE_RATE,
  };
  const value = blackScholes(right, terms);
  const worth = atLeast(money(value.price), intrinsicValue(right, strike, spot));
  return { value, prices: pricesOf(worth, underlying) };
}

/** What exercising gives, USD an underlying unit; zero when that is nothing. */
export function intrinsicValue(right: OptionKind, strike: Money, spot: Money): Money {
  return atLeast(right === 'call' ? spot.minus(strike) : strike.minus(spot), money(0));
}

/**
 * A hundredth of the value, and a cent at least, to either side, on whole cents. What is worth less than that has no
 * bid: zero, for nothing of it. Never below what exercising would give, which the European value of a put may be:
 * these contracts can be exercised at any time. As much is offered as of the underlying, in whole contracts.
 */
function pricesOf(worth: Money, underlying: Quote): OptionPrices {
  const half = atLeast(worth.times(HALF_SPREAD), CENT);
  const bid = atLeast(
    worth.minus(half).toDecimalPlaces(PRICE_PLACES, Decimal.ROUND_FLOOR),
    money(0),
  );
  const ask = worth.plus(half).toDecimalPlaces(PRICE_PLACES, Decimal.ROUND_CEIL);
  const bidSize = bid.isZero() ? '0' : sizeOf(underlying.bidSize);
  const askSize = sizeOf(underlying.askSize);
  return {
    bid: priceText(bid),
    ask: priceText(ask),
    last: priceText(worth.toDecimalPlaces(PRICE_PLACES)),
    ...(bidSize !== undefined && { bidSize }),
    ...(askSize !== undefined && { askSize }),
  };
}

/** Whole contracts, in underlying units; one where a little is offered. */
function sizeOf(size: string | undefined): string | undefined {
  if (size === undefined) return undefined;
  const contracts = money(size).div(UNITS_PER_CONTRACT).floor();
  return atLeast(contracts, money(1)).times(UNITS_PER_CONTRACT).toFixed();
}

function atLeast(value: Money, least: Money): Money {
  return value.lt(least) ? least : value;
}
