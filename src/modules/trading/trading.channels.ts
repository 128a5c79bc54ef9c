import { defineChannel } from '../../realtime/index.js';
import { positionPnlSchema } from './pnl/pnl.dto.js';
import { signalSchema } from './signals/signals.dto.js';
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

/** Every signal that the user's strategies store. */
export const signalsChannel = defineChannel({
  name: 'trading.signals',
  audience: 'user',
  schema: signalSchema,
});

/** Positions whose worth has changed, at most every 250 ms each, while somebody follows or has just read them. */
export const positionsChannel = defineChannel({
  name: 'trading.positions',
  audience: 'user',
  schema: positionPnlSchema,
});
