import { money, sumOf, type Money } from '../../../../kernel/money.js';
import type { OrderRow } from '../orders.table.js';
import type { GroupRole } from './order-class.js';

interface OfGroup {
  readonly groupId: string | null;
  readonly groupRole: GroupRole | null;
}

/**
 * Working orders without the stops of which the other leg works too: only one of the two can ever trade all of what they
 * are for.
 */
export function eachGroupOnce<Order extends OfGroup>(working: readonly Order[]): Order[] {
  const covered = new Set(
    working.filter(({ groupRole }) => groupRole === 'take_profit').map(({ groupId }) => groupId),
  );
  return working.filter(
    ({ groupRole, groupId }) => groupRole !== 'stop_loss' || !covered.has(groupId),
  );
}

/** Shares of a symbol. */
interface Shares {
  /** Below zero owed. */
  readonly quantity: Money;
  readonly reserved: Money;
}

/**
 * Shares that the legs of an entry can close once it has ended: those that are held and not held back, or after a short sale those
 * that are owed and no other order is about to buy.
 * @param working orders of the symbol
 */
export function closableAfter(
  { side, groupId }: Pick<OrderRow, 'side' | 'groupId'>,
  { quantity, reserved }: Shares,
  working: readonly OrderRow[],
): Money {
  if (side === 'buy') return quantity.minus(reserved);
  const others = eachGroupOnce(working.filter((order) => order.groupId !== groupId));
  const buys = others.filter((order) => order.side === 'buy');
  const bought = buys.map((order) => money(order.quantity).minus(order.filledQuantity));
  return quantity.negated().minus(sumOf(bought));
}
