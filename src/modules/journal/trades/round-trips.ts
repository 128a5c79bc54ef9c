import { money, type Money } from '../../../kernel/money.js';
import type { JournalSide } from '../formats/trade-row.js';

export const DIRECTIONS = ['long', 'short'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** A trade as far as its profit depends on it; all of one book share symbol and currency. */
export interface BookedTrade {
  readonly id: string;
  readonly side: JournalSide;
  readonly quantity: Money;
  readonly price: Money;
  /** In the currency of the price; fees in others are left out by the caller. */
  readonly fee: Money;
  readonly executedAt: Date;
}

/** A trade that closes a position, together with those that opened what it closes. */
export interface RoundTrip {
  /** The one that closes: a sale, of a short position the purchase that covers it. */
  readonly tradeId: string;
  readonly direction: Direction;
  /** Closed, as far as the trades that opened it are known. */
  readonly quantity: Money;
  /** Paid for what was bought, without fees. */
  readonly cost: Money;
  /** Of what was sold, without fees. */
  readonly proceeds: Money;
  /** Of both sides, each in the proportion that was closed. */
  readonly fees: Money;
  /** `proceeds - cost - fees`, whichever came first. */
  readonly pnl: Money;
  /** Of the first trade that it closes. */
  readonly openedAt: Date;
  readonly closedAt: Date;
}

interface Lot {
  readonly quantity: Money;
  readonly price: Money;
  readonly fee: Money;
  readonly openedAt: Date;
}

/** What was taken out of lots. */
interface Taken {
  readonly quantity: Money;
  /** At the prices of the lots, without fees. */
  readonly amount: Money;
  readonly fees: Money;
  readonly openedAt: Date;
}

/**
 * Matches the trades of one symbol, first in, first out: sales with purchases, and purchases that cover with short
 * sales. Trades come in the order of time.
 *
 * Shares that were sold and whose purchase the book does not know (an export often begins in the middle of
 * a history) have no cost: they are in no round trip, and counted in {@link unmatched}. They are no short sale either: that is
 * one only where it is known to be.
 */
export class LotBook {
  readonly #long = new Lots();
  readonly #short = new Lots();
  #unmatched = money(0);

  /** Shares sold without a known purchase. */
  get unmatched(): Money {
    return this.#unmatched;
  }

  /** Bought and not sold yet, oldest first. */
  get open(): readonly Lot[] {
    return this.#long.open;
  }

  /** Sold short and not bought back yet, oldest first. */
  get openShort(): readonly Lot[] {
    return this.#short.open;
  }

  /** @returns what a trade closed; undefined for one that only opens, and for a sale of what is not known. */
  apply(trade: BookedTrade): RoundTrip | undefined {
    switch (trade.side) {
      case 'buy':
        this.#long.add(trade);
        return undefined;
      case 'sell_to_open':
        this.#short.add(trade);
        return undefined;
      case 'sell':
        return this.#sell(trade);
      case 'buy_to_close':
        return this.#cover(trade);
    }
  }

  #sell(sale: BookedTrade): RoundTrip | undefined {
    const taken = this.#long.take(sale.quantity);
    this.#unmatched = this.#unmatched.plus(sale.quantity).minus(taken?.quantity ?? 0);
    return taken && roundTrip('long', taken, sale);
  }

  /** What it buys beyond the short position turns it: those shares are held (an assignment may bring more than is owed). */
  #cover(purchase: BookedTrade): RoundTrip | undefined {
    const taken = this.#short.take(purchase.quantity);
    const rest = purchase.quantity.minus(taken?.quantity ?? 0);
    if (!rest.isZero()) {
      const fee = shareOf(purchase.fee, rest, purchase.quantity);
      this.#long.add({ ...purchase, quantity: rest, fee });
    }
    return taken && roundTrip('short', taken, purchase);
  }
}

/** First in, first out. */
class Lots {
  readonly #lots: Lot[] = [];
  /** Where the first open one is. Removing from the front of a long list each time costs its length. */
  #first = 0;

  get open(): readonly Lot[] {
    return this.#lots.slice(this.#first);
  }

  add({ quantity, price, fee, executedAt }: BookedTrade): void {
    this.#lots.push({ quantity, price, fee, openedAt: executedAt });
  }

  /** As many as there are, up to `wanted`; undefined when there are none. */
  take(wanted: Money): Taken | undefined {
    const openedAt = this.#lots[this.#first]?.openedAt;
    let [left, amount, fees] = [wanted, money(0), money(0)];
    for (let lot = this.#lots[this.#first]; lot && left.gt(0); lot = this.#lots[this.#first]) {
      const taken = left.lt(lot.quantity) ? left : lot.quantity;
      const fee = shareOf(lot.fee, taken, lot.quantity);
      amount = amount.plus(taken.times(lot.price));
      fees = fees.plus(fee);
      left = left.minus(taken);
      if (taken.eq(lot.quantity)) this.#first += 1;
      else {
        const quantity = lot.quantity.minus(taken);
        this.#lots[this.#first] = { ...lot, quantity, fee: lot.fee.minus(fee) };
      }
    }
    this.#forgetClosed();
    const quantity = wanted.minus(left);
    if (openedAt === undefined || quantity.isZero()) return undefined;
    return { quantity, amount, fees, openedAt };
  }

  #forgetClosed(): void {
    if (this.#first < 1_000) return;
    this.#lots.splice(0, this.#first);
    this.#first = 0;
  }
}

function roundTrip(direction: Direction, opened: Taken, closing: BookedTrade): RoundTrip {
  const { quantity, openedAt } = opened;
  const closed = quantity.times(closing.price);
  const [cost, proceeds] = direction === 'long' ? [opened.amount, closed] : [closed, opened.amount];
  const fees = opened.fees.plus(shareOf(closing.fee, quantity, closing.quantity));
  return {
    tradeId: closing.id,
    direction,
    quantity,
    cost,
    proceeds,
    fees,
    pnl: proceeds.minus(cost).minus(fees),
    openedAt,
    closedAt: closing.executedAt,
  };
}

/** The whole exactly when all of it is meant: a division would round. */
function shareOf(amount: Money, part: Money, whole: Money): Money {
  return part.eq(whole) ? amount : amount.times(part).div(whole);
}
