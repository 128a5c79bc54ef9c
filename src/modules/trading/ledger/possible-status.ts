import type { Money } from '../../../kernel/money.js';
import type { OrderStatus } from '../orders/order-state.js';

/**
 * The status that an order can have that has traded so much: the one that it says where that is possible.
 * @param isByNotional its quantity is what has traded, and an estimate of the rest
 */
export function possibleStatus(
  status: OrderStatus,
  filled: Money,
  quantity: Money,
  isByNotional: boolean,
): OrderStatus {
  const isWhole = filled.gte(quantity) && filled.gt(0);
  switch (status) {
    case 'held':
    case 'accepted':
    case 'open':
    case 'rejected':
      if (filled.isZero()) return status;
      return isWhole ? 'filled' : 'partially_filled';
    case 'partially_filled':
    case 'filled':
      if (filled.isZero()) return 'open';
      return isWhole ? 'filled' : 'partially_filled';
    case 'cancelled':
    case 'expired':
    case 'replaced':
      return isWhole && !isByNotional ? 'filled' : status;
  }
}
