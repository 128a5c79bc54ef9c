import { z } from 'zod';
import { HOUR_MS, MINUTE_MS } from '../../kernel/duration.js';
import { defineDurableChannel } from '../../realtime/index.js';
import { haltChangeSchema, haltSchema } from './halts/halts.dto.js';
import { positionPnlSchema } from './pnl/pnl.dto.js';
import { signalSchema } from './signals/signals.dto.js';
import { orderSchema, tradeSchema } from './trading.dto.js';

/** Orders that have ended, and fills, in a snapshot. */
export const SNAPSHOT_SIZE = 100;
/** What one of a user's clients misses in an hour offline, for all but the busiest. */
const KEEP = { messages: 500, ageMs: HOUR_MS };

/** Every change of the user's own orders. A snapshot has those that work, and the latest {@link SNAPSHOT_SIZE}. */
export const ordersChannel = defineDurableChannel({
  name: 'trading.orders',
  audience: 'user',
  schema: orderSchema,
  durable: { keep: KEEP, snapshot: z.object({ orders: z.array(orderSchema) }) },
});

/** Every fill of the user's own orders; a snapshot has the latest {@link SNAPSHOT_SIZE}. */
export const fillsChannel = defineDurableChannel({
  name: 'trading.fills',
  audience: 'user',
  schema: tradeSchema,
  durable: { keep: KEEP, snapshot: z.object({ trades: z.array(tradeSchema) }) },
});

/** Every signal that the user's strategies store, and what becomes of it; a snapshot has the valid ones. */
export const signalsChannel = defineDurableChannel({
  name: 'trading.signals',
  audience: 'user',
  schema: signalSchema,
  durable: { keep: KEEP, snapshot: z.object({ signals: z.array(signalSchema) }) },
});

/** Positions whose worth has changed, at most every 250 ms each, while somebody follows or has just read them. */
export const positionsChannel = defineDurableChannel({
  name: 'trading.positions',
  audience: 'user',
  schema: positionPnlSchema,
  // Each message has what changed: an old one is worth less than the figures of now.
  durable: { keep: { messages: 100, ageMs: 5 * MINUTE_MS }, snapshot: positionPnlSchema },
});

/** Trading in a symbol is halted, or goes on; a snapshot has those that are halted. */
export const haltsChannel = defineDurableChannel({
  name: 'trading.halts',
  audience: 'signed-in',
  schema: haltChangeSchema,
  durable: { keep: KEEP, snapshot: z.object({ halts: z.array(haltSchema) }) },
});
