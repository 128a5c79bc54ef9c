import {
  LiveClient,
  type LiveStatus,
  type MessageOn,
} from '../../clients/live-client/src/index.js';
import { eventually } from '../support/eventually.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import type { ApiClient } from './support/api-client.js';
import { BACKENDS, type Backend } from './support/backends.js';
import { startOn, type Bourse } from './support/bourse.js';

type Order = MessageOn<'trading.orders'>;

/** What a page shows: begins with a snapshot, and changes with every message. */
class OrderBook {
  readonly orders = new Map<string, Order>();
  /** Of every fill, as often as it was told. */
  readonly fills: string[] = [];
  readonly lost: string[] = [];
  readonly statuses: LiveStatus[] = [];
  readonly live: LiveClient;

  constructor(url: string, token: string) {
    this.live = new LiveClient({
      url,
      token,
      backoff: { firstMs: 50, longestMs: 250 },
      onStatus: (status) => this.statuses.push(status),
    });
    this.live.follow('trading.orders', {
      onSnapshot: ({ orders }) => {
        this.orders.clear();
        for (const order of orders) this.orders.set(order.id, order);
      },
      onMessage: (order) => void this.orders.set(order.id, order),
      onLost: () => void this.lost.push('trading.orders'),
    });
    this.live.follow('trading.fills', {
      onSnapshot: ({ trades }) =>
        void this.fills.splice(0, Infinity, ...trades.map(({ id }) => id)),
      onMessage: ({ id }) => void this.fills.push(id),
      onLost: () => void this.lost.push('trading.fills'),
    });
  }

  get connections(): number {
    return this.statuses.filter(({ state }) => state === 'connected').length;
  }
}

describe('the live client, cut off and on again', () => {
  const [, shared] = BACKENDS;
  const ORDERS = 20;
  let backend: Backend;
  let bourse: Bourse;
  let proxy: TcpProxy;
  let trader: ApiClient;

  beforeAll(async () => {
    if (!shared) throw new Error('no backend');
    backend = await shared.create();
    bourse = await startOn(backend);
    trader = await bourse.trader();
    proxy = new TcpProxy(bourse.url);
    await proxy.up();
  });
  afterAll(async () => {
    await proxy?.down();
    await bourse?.close();
    await backend?.remove();
  });

  const buy = async (): Promise<string> => {
    const order = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' };
    return (await trader.post<{ id: string }>('/api/orders', order)).body.id;
  };
  /** As the server has it. */
  const truth = async () => {
    const { body } = await trader.get<{ items: Order[] }>('/api/orders?limit=100');
    const trades = await trader.get<{ items: { id: string }[] }>('/api/trades?limit=100');
    return {
      orders: new Map(body.items.map((order) => [order.id, order])),
      fills: trades.body.items.map(({ id }) => id).sort(),
    };
  };
  const agrees = (book: OrderBook, count: number) =>
    eventually(async () => {
      const { orders, fills } = await truth();
      expect(orders.size).toBe(count);
      expect([...orders.values()].every(({ status }) => status === 'filled')).toBe(true);
      expect(book.orders).toEqual(orders);
      expect([...book.fills].sort()).toEqual(fills);
    });

  it('shows what the server has, each fill once, whatever became of the connection', async () => {
    const book = new OrderBook(proxy.url, trader.token ?? '');
    await eventually(() => expect(book.connections).toBe(1));
    for (let i = 0; i < ORDERS; i += 1) {
      await buy();
      // In the middle of what the orders before bring.
      if (i % 5 === 2) {
        await proxy.down();
        await buy();
        await proxy.up();
        await eventually(() => expect(book.connections).toBeGreaterThan((i - 2) / 5 + 1));
      }
    }
    const placed = ORDERS + ORDERS / 5;
    await agrees(book, placed);
    expect(book.lost).toEqual([]);

    // The process ends in the middle, and another takes its place.
    const before = book.connections;
    await buy();
    await bourse.close();
    await proxy.down();
    bourse = await startOn(backend);
    const { token } = trader;
    trader = bourse.client();
    trader.token = token;
    await buy();
    await proxy.redirect(bourse.url);
    await eventually(() => expect(book.connections).toBeGreaterThan(before));
    await buy();
    await agrees(book, placed + 3);
    expect(book.lost).toEqual([]);
    expect(book.statuses).toContainEqual(
      expect.objectContaining({ reason: expect.objectContaining({ code: 'live.draining' }) }),
    );
    book.live.close();
  });
});
