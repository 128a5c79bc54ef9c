import type { HeldContract } from './settlement.js';

/**
 * Which of an account's contracts is settled first: written ones, whose shares and cash are held back for them; then
 * puts, which bring cash; then calls, which need it. Of each by symbol, as they come.
 */
export function settlementOrder(one: HeldContract, other: HeldContract): number {
  return rankOf(one) - rankOf(other);
}

function rankOf({ quantity, right }: HeldContract): number {
  if (quantity.lt(0)) return 0;
  return right === 'put' ? 1 : 2;
}
