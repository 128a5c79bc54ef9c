// @ts-check
/**
 * From the moment an order is sent until the trader's socket tells that it is filled: the transaction of the order, the
 * outbox, the queue, the transaction of the job, the outbox again, the message. One process in all roles, ten traders, each
 * with one market order at a time. Beside it the time until the order is acknowledged.
 */
import { io } from 'socket.io-client';
import { pause } from '../harness/measuring.mjs';
import { limitRow } from '../harness/rows.mjs';
import { percentile } from '../harness/statistics.mjs';
import { registerTraders, SYMBOL, withDesk } from './support/desk.mjs';
import { OrderClient } from './support/order-client.mjs';

const TRADERS = 10;
const ORDERS_EACH = 10;
const BETWEEN_ORDERS_MS = 50;
const FILL_MS = 30_000;
/** An order trades on a tick after it was accepted, and there is one a second: within one of them, and at the worst two. */
const LIMITS_MS = /** @type {const} */ ({ p50: 1_000, p99: 2_000 });

/** @typedef {{ acknowledgedMs: number, filledMs: number }} Times */

/** Sends orders, and hears of them. @param {string} url @param {string} token */
async function traderOf(url, token) {
  const client = new OrderClient(url, 1);
  const socket = io(new URL('/live', url).href, { auth: { token }, transports: ['websocket'] });
  /** @type {Map<string, (at: number) => void>} by `client_order_id` */
  const waiting = new Map();
  socket.on('message', ({ data }) => {
    if (data.status === 'filled') waiting.get(data.client_order_id)?.(performance.now());
  });
  const answer = await socket
    .timeout(FILL_MS)
    .emitWithAck('subscribe', { channel: 'trading.orders' });
  if (!answer.ok) throw new Error(`not subscribed: ${JSON.stringify(answer)}`);
  return {
    /** @param {string} id @returns {Promise<Times>} */
    order: async (id) => {
      const filled = new Promise((resolve, reject) => {
        waiting.set(id, resolve);
        setTimeout(() => reject(new Error(`${id} is not filled`)), FILL_MS).unref();
      });
      const sentAt = performance.now();
      const order = { symbol: SYMBOL, side: 'buy', type: 'market', quantity: '1' };
      await client.post('/api/orders', { ...order, client_order_id: id }, token);
      const acknowledgedMs = performance.now() - sentAt;
      return { acknowledgedMs, filledMs: (await filled) - sentAt };
    },
    close: () => {
      socket.close();
      client.close();
    },
  };
}

/** @type {import('../harness/case.mjs').BenchCase} */
export const orderToFill = {
  name: 'order-to-fill',
  about:
    'from POST /api/orders to the message that the order is filled, beside its acknowledgement',
  run: ({ rounds, progress }) =>
    withDesk(async ({ start }) => {
      const { url } = await start('all');
      const tokens = await registerTraders(url, TRADERS);
      const traders = await Promise.all(tokens.map((token) => traderOf(url, token)));
      /** @type {Times[][]} */
      const all = [];
      for (let round = -1; round < rounds; round += 1) {
        progress(round < 0 ? 'warm-up' : `round ${round + 1} of ${rounds}`);
        const times = await Promise.all(
          traders.map(async (trader) => {
            const own = [];
            for (let i = 0; i < ORDERS_EACH; i += 1) {
              own.push(await trader.order(`round-${round + 1}-${i}`));
              await pause(BETWEEN_ORDERS_MS);
            }
            return own;
          }),
        );
        if (round >= 0) all.push(times.flat());
      }
      for (const trader of traders) trader.close();
      const at = (/** @type {keyof Times} */ what, /** @type {number} */ percent) =>
        all.map((times) =>
          percentile(
            times.map((one) => one[what]),
            percent,
          ),
        );
      return /** @type {const} */ (['p50', 'p99']).map((name) =>
        limitRow({
          name: `order-to-fill-${name}`,
          peer: 'its acknowledgement',
          unit: 'ms',
          ours: at('filledMs', Number(name.slice(1))),
          theirs: at('acknowledgedMs', Number(name.slice(1))),
          limit: LIMITS_MS[name],
        }),
      );
    }),
};
