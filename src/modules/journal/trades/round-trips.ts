import { money, type Money } from '../../../kernel/money.js';
import type { TradeSide } from '../formats/trade-row.js';

/** A trade as far as its profit depends on it; all of one book share symbol and currency. */
export interface BookedTrade {
  readonly id: string;
  readonly side: TradeSide;
  readonly quantity: Money;
  readonly price: Money;
  /** In the currency of the price; fees in others are left out by the caller. */
  readonly fee: Money;
  readonly executedAt: Date;
}

/** A sale, together with the purchases that it closes. */
export interface RoundTrip {
  /** The sale. */
  readonly tradeId: string;
  /** Of the sale, as far as purchases are known for it. */
  readonly quantity: Money;
  /** Paid for what was sold, without fees. */
  readonly cost: Money;
  readonly proceeds: Money;
  /** Of the sale and of the purchases, each in the proportion that was closed. */
  readonly fees: Money;
  /** `proceeds - cost - fees`. */
  readonly pnl: Money;
  /** Of the first purchase that it closes. */
  readonly openedAt: Date;
  readonly closedAt: Date;
}

interface Lot {
  readonly quantity: Money;
  readonly price: Money;
  readonly fee: Money;
  readonly openedAt: Date;
}

/**
 * Matches the sales of one symbol with its purchases, first in, first out. Trades come in the order of time.
 *
 * Shares that were sold and whose purchase the book does not know (an export often begins in the middle of
 * a history) have no cost: they are in no round trip, and counted in {@link unmatched}.
 */
export class LotBook {
  readonly #lots: Lot[] = [];
  /** Of the lots: where the first open one is. Removing from the front of a long list each time costs its length. */
  #first = 0;
  #unmatched = money(0);

  /** Shares sold without a known purchase. */
  get unmatched(): Money {
    return this.#unmatched;
  }

  /** Bought and not sold yet, oldest first. */
  get open(): readonly Lot[] {
    return this.#lots.slice(this.#first);
  }

  /** @returns what a sale closed; undefined for a purchase, and for a sale of what is not known. */
  apply(trade: BookedTrade): RoundTrip | undefined {
    if (trade.side === 'sell') return this.#close(trade);
    this.#lots.push({ ...trade, openedAt: trade.executedAt });
    return undefined;
  }

  #close(sale: BookedTrade): RoundTrip | undefined {
    const openedAt = this.#lots[this.#first]?.openedAt;
    let [left, cost, entryFees] = [sale.quantity, money(0), money(0)];
    for (let lot = this.#lots[this.#first]; lot && left.gt(0); lot = this.#lots[this.#first]) {
      const taken = left.lt(lot.quantity) ? left : lot.quantity;
      const fee = shareOf(lot.fee, taken, lot.quantity);
      cost = cost.plus(taken.times(lot.price));
      entryFees = entryFees.plus(fee);
      left = left.minus(taken);
      if (taken.eq(lot.quantity)) this.#first += 1;
      else {
        this.#lots[this.#first] = {
          ...lot,
          quantity: lot.quantity.minus(taken),
          fee: lot.fee.minus(fee),
        };
      }
    }
    this.#forgetClosed();
    this.#unmatched = this.#unmatched.plus(left);
    const quantity = sale.quantity.minus(left);
    if (openedAt === undefined || quantity.isZero()) return undefined;
    const proceeds = quantity.times(sale.price);
    const fees = entryFees.plus(shareOf(sale.fee, quantity, sale.quantity));
    return {
      tradeId: sale.id,
      quantity,
      cost,
      proceeds,
      fees,
      pnl: proceeds.minus(cost).minus(fees),
      openedAt,
      closedAt: sale.executedAt,
    };
  }

  #forgetClosed(): void {
    if (this.#first < 1_000) return;
    this.#lots.splice(0, this.#first);
    this.#first = 0;
  }
}

/** The whole exactly when all of it is meant: a division would round. */
function shareOf(amount: Money, part: Money, whole: Money): Money {
  return part.eq(whole) ? amount : amount.times(part).div(whole);
}
