import { AppError } from '../../../kernel/app-error.js';

/**
 * `held`: a leg of a group, until its entry has bought what it is to sell · `accepted`: stored, its job not run yet · `open`: waiting for its price or its stop · `partially_filled`: some of it has traded,
 * the rest waits · `filled`, `cancelled`, `rejected`, `expired` (its time in force is over), `replaced` (another order
 * has taken its place): final.
 */
export const ORDER_STATUSES = [
  'held',
  'accepted',
  'open',
  'partially_filled',
  'filled',
  'cancelled',
  'rejected',
  'expired',
  'replaced',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

const NEXT: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  // To itself: a leg whose quantity follows that of its entry.
  held: ['held', 'accepted', 'cancelled', 'replaced'],
  accepted: ['open', 'partially_filled', 'filled', 'cancelled', 'rejected', 'expired', 'replaced'],
  // To itself: a stop that has triggered, or whose quantity follows that of the other leg.
  open: ['open', 'partially_filled', 'filled', 'cancelled', 'rejected', 'expired', 'replaced'],
  partially_filled: ['partially_filled', 'filled', 'cancelled', 'expired', 'replaced'],
  filled: [],
  cancelled: [],
  rejected: [],
  expired: [],
  replaced: [],
};

/** The statuses in which an order can still trade. */
export const WORKING_STATUSES = [
  'accepted',
  'open',
  'partially_filled',
] as const satisfies readonly OrderStatus[];

/** The statuses of orders that have not ended: they work, or may work later. */
export const UNFINISHED_STATUSES = [
  'held',
  ...WORKING_STATUSES,
] as const satisfies readonly OrderStatus[];

/** Whether the order can trade as it is. */
export function isWorking(status: OrderStatus): boolean {
  return WORKING_STATUSES.some((working) => working === status);
}

/** Whether the order has ended for good. */
export function isFinal(status: OrderStatus): boolean {
  return NEXT[status].length === 0;
}

/** @throws AppError `trading.order_final` when the order's life has no such step. */
export function assertTransition(from: OrderStatus, to: OrderStatus): void {
  if (NEXT[from].includes(to)) return;
  throw new AppError(
    'conflict',
    'trading.order_final',
    `An order that is ${from} cannot become ${to}.`,
  );
}
