import { money, type Money } from '../../../kernel/money.js';
import type { OptionContract } from '../../market-data/index.js';
import type { Holding } from '../ledger/postings.js';

/**
 * What stands behind written contracts: of a call the shares that it may have to deliver, of a put the cash that it may
 * have to pay. Held back from the order that writes them until they are bought back, assigned, or over.
 * @param quantity shares under contract, above zero
 */
export function collateralOf(
  { right, strike, underlying }: Pick<OptionContract, 'right' | 'strike' | 'underlying'>,
  quantity: Money,
): Holding {
  return right === 'call'
    ? { cash: money(0), shares: quantity, symbol: underlying }
    : { cash: money(strike).times(quantity), shares: money(0) };
}

/** What is written after a position changed, of what it was: nothing while contracts are held. Above zero or zero. */
export function writtenOf(position: Money): Money {
  return position.lt(0) ? position.negated() : money(0);
}

/**
 * Whether a sale writes contracts: nothing of them is held. A purchase buys back as long as some are written. No order does both:
 * see `OptionOrders`.
 */
export function writes(side: 'buy' | 'sell', position: Money): boolean {
  return side === 'sell' && position.lte(0);
}
