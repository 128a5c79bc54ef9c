import { moneyText, type Money } from '../../../src/kernel/money.js';
import { legSideOf } from '../../../src/modules/trading/orders/groups/group-terms.js';
import type { PlaceOrder } from '../../../src/modules/trading/trading.dto.js';

interface GroupOrder {
  readonly side: 'buy' | 'sell';
  readonly symbol: string;
  readonly quantity: Money;
  readonly limit: Money;
}

/** An order with its exits, at twice and at half its price. */
export function groupRequest(
  orderClass: 'bracket' | 'oco' | 'oto',
  { side, symbol, quantity, limit }: GroupOrder,
): PlaceOrder {
  const [above, below] = [moneyText(limit.times(2)), moneyText(limit.div(2))];
  const closesBySale = legSideOf({ side, orderClass }) === 'sell';
  return {
    ...{ symbol, side, quantity: moneyText(quantity), timeInForce: 'gtc' },
    ...{ type: 'limit', limitPrice: moneyText(limit), orderClass },
    ...(orderClass !== 'oto' && { takeProfit: { limitPrice: closesBySale ? above : below } }),
    stopLoss: { stopPrice: closesBySale ? below : above },
  };
}
