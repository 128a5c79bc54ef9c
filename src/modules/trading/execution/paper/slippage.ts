import { Money, money, sumOf } from '../../../../kernel/money.js';
import type { OrderSide } from '../../orders/order.js';
import { hashedFraction } from './hashed-fraction.js';

/** How far from the quoted price a fill ends up, in hundredths of a percent of it. */
export interface SlippageSettings {
  /** Of every fill. */
  readonly bps: Money;
  /** More, of a fill that takes the whole quoted size; of one that takes a part, that part of it. */
  readonly sizeBps: Money;
  /** More, at most: how much of it is drawn for each order and tick. */
  readonly randomBps: Money;
}

/** A fill, as far as its slippage depends on it. */
export interface SlippingFill {
  readonly side: OrderSide;
  /** USD a share: the bid or the ask. */
  readonly quoted: Money;
  /** Beyond it nothing is paid, whatever slips; undefined for market orders. */
  readonly limitPrice: Money | undefined;
  /** Of the quoted size, 0 to 1; 0 where no size is quoted. */
  readonly shareOfSize: Money;
  /** What the draw depends on: a seed, what the order was called, the tick. */
  readonly drawnBy: readonly string[];
}

const BPS = 10_000;
/** Slipped prices have as many places as a limit can have, or as the quote has. */
const PRICE_PLACES = 4;

/** The most that the settings let a fill slip, as a fraction of its price. */
export function worstSlippage({ bps, sizeBps, randomBps }: SlippageSettings): Money {
  return sumOf([bps, sizeBps, randomBps]).div(BPS);
}

/** The price of the fill, USD a share: the quoted one or a worse one, rounded to the worse, and never beyond the limit. */
export function slippedPrice(settings: SlippageSettings, fill: SlippingFill): Money {
  const { side, quoted, limitPrice, shareOfSize, drawnBy } = fill;
  const { bps, sizeBps, randomBps } = settings;
  const drawn = randomBps.isZero() ? money(0) : randomBps.times(hashedFraction(...drawnBy));
  const slipped = sumOf([bps, sizeBps.times(shareOfSize), drawn]);
  if (slipped.isZero()) return quoted;
  const places = Math.max(PRICE_PLACES, quoted.decimalPlaces());
  if (side === 'buy') {
    const price = quoted.times(slipped.div(BPS).plus(1)).toDecimalPlaces(places, Money.ROUND_UP);
    return limitPrice === undefined ? price : Money.min(price, limitPrice);
  }
  const price = quoted
    .times(money(1).minus(slipped.div(BPS)))
    .toDecimalPlaces(places, Money.ROUND_DOWN);
  // Nothing is sold for nothing: a price below one step is one step.
  const worst = limitPrice ?? money(10).pow(-places);
  return Money.max(price, worst);
}
