import { money, Money, sumOf } from '../../../../kernel/money.js';
import { isFinal, isWorking } from '../order-state.js';
import type { OrderRow } from '../orders.table.js';

/** What an order of a group does because another one has taken a step: in the same transaction, or not at all. */
export type GroupStep =
  | {
      readonly kind: 'end';
      readonly order: OrderRow;
      readonly status: 'cancelled' | 'expired';
      readonly reason: 'entry_ended' | 'other_leg_filled' | 'group_ended';
    }
  /** Ends, and what it held back is held back by the order that has taken the step. */
  | { readonly kind: 'hand over'; readonly order: OrderRow; readonly reason: 'other_leg_triggered' }
  /** A held leg begins to work. */
  | {
      readonly kind: 'open';
      readonly order: OrderRow;
      readonly quantity: Money;
      /** Whether it holds the shares back, for the other leg too: none does that buys back what was sold short. */
      readonly isHolder: boolean;
      readonly reason: 'entry_filled' | 'entry_ended';
    }
  | {
      readonly kind: 'resize';
      readonly order: OrderRow;
      readonly quantity: Money;
      readonly reason: 'other_leg_filled';
    };

/**
 * What follows for the others of a group. Both legs together never trade more than the entry has, or an OCO was
 * placed for: what one trades, the other gets less, and one whose stop was reached is alone from then on.
 * @param changed as it is after its step
 * @param group all orders that ever were in it
 * @param free shares of the symbol that legs can close: held and not held back by others, or owed and not bought by others; asked
 *   for after a step of an entry alone
 */
export function stepsAfter(
  changed: OrderRow,
  group: readonly OrderRow[],
  free: Money,
): GroupStep[] {
  // Another order takes its place: the group goes on with that.
  if (changed.status === 'replaced') return [];
  const others = group.filter(({ id, status }) => id !== changed.id && !isFinal(status));
  return changed.groupRole === 'entry'
    ? afterEntry(changed, others, tradedBy(changed, group), free)
    : afterLeg(changed, others);
}

/** Shares that the entries of a group have bought, or sold short, those included that were replaced. */
export function tradedBy(changed: OrderRow, group: readonly OrderRow[]): Money {
  const entries = group.filter(({ id, groupRole }) => groupRole === 'entry' && id !== changed.id);
  return sumOf([...entries, changed].map(({ filledQuantity }) => filledQuantity));
}

function afterEntry(
  entry: OrderRow,
  legs: readonly OrderRow[],
  traded: Money,
  free: Money,
): GroupStep[] {
  if (isWorking(entry.status)) return [];
  // Fewer are free where the entry has bought back what was sold short.
  const quantity = Money.min(traded, free);
  if (quantity.lte(0)) {
    const end = { kind: 'end', status: 'cancelled', reason: 'entry_ended' } as const;
    return legs.map((order) => ({ ...end, order }));
  }
  const reason = entry.status === 'filled' ? 'entry_filled' : 'entry_ended';
  const holder = holderOf(legs);
  return legs.map((order) => ({
    kind: 'open',
    order,
    quantity,
    isHolder: order === holder && order.side === 'sell',
    reason,
  }));
}

/** Of two legs the take-profit, which rests in the market, holds back what either sells. */
function holderOf(legs: readonly OrderRow[]): OrderRow | undefined {
  return legs.find(({ groupRole }) => groupRole === 'take_profit') ?? legs[0];
}

function afterLeg(leg: OrderRow, others: readonly OrderRow[]): GroupStep[] {
  if (isFinal(leg.status)) {
    const status = leg.status === 'expired' ? 'expired' : 'cancelled';
    const reason = leg.status === 'filled' ? 'other_leg_filled' : 'group_ended';
    return others.map((order) => ({ kind: 'end', order, status, reason }));
  }
  if (leg.status === 'held') return [];
  if (leg.groupRole === 'stop_loss') {
    if (leg.triggeredAt === null) return [];
    return others.map((order) => ({ kind: 'hand over', order, reason: 'other_leg_triggered' }));
  }
  const quantity = leftOf(leg);
  return others
    .filter((order) => !leftOf(order).eq(quantity))
    .map((order) => ({ kind: 'resize', order, quantity, reason: 'other_leg_filled' }));
}

function leftOf({ quantity, filledQuantity }: OrderRow): Money {
  return money(quantity).minus(filledQuantity);
}
