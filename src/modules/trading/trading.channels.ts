import { defineChannel } from '../../realtime/index.js';
import { orderSchema, tradeSchema } from './trading.dto.js';

/** Every change of the user's own orders. */
export const ordersChannel = defineChannel({
  name: 'trading.orders',
  audience: 'user',
  schema: orderSchema,
});

/** Every fill of the user's own orders. */
export const fillsChannel = defineChannel({
  name: 'trading.fills',
  audience: 'user',
  schema: tradeSchema,
});
