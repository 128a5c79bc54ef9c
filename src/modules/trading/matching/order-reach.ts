import type { SelfMatchPolicy } from './book-order.js';
import type { PriceLadder } from './price-ladder.js';

/** What an order would come to, before it does. */
export interface OrderReach {
  /** Lots it would get, up to those it wants. */
  readonly fillable: number;
  /** Whether it would meet an order of its owner on the way. */
  readonly meetsOwn: boolean;
}

/** Looks at the orders that would trade, and at no others. */
export function reachOf(
  ladder: PriceLadder,
  taker: { readonly owner: string; readonly wanted: number; readonly worstRank: number },
  policy: SelfMatchPolicy,
): OrderReach {
  const { owner, wanted, worstRank } = taker;
  let fillable = 0;
  let meetsOwn = false;
  for (const maker of ladder.entries()) {
    if (fillable === wanted || maker.level.rank > worstRank) break;
    const isOwn = policy !== 'allow' && maker.owner === owner;
    meetsOwn ||= isOwn;
    if (isOwn && policy !== 'cancel-oldest') break;
    if (!isOwn) fillable += Math.min(maker.remaining, wanted - fillable);
  }
  return { fillable, meetsOwn };
}
