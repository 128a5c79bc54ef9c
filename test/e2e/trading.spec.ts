import { sql } from 'drizzle-orm';
import { Database } from '../../src/database/index.js';
import { money } from '../../src/kernel/money.js';
import { QuotesService } from '../../src/modules/market-data/index.js';
import type { Account, Order, Trade, ValuedPosition } from '../../src/modules/trading/index.js';
import type { PortfolioSummary } from '../../src/modules/portfolio/portfolio.dto.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { BACKENDS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { LiveClient } from './support/live-client.js';
import { LASTING_SESSIONS } from './support/settings.js';
import { tradingDesk } from './support/trading-desk.js';

const market = (overrides: Record<string, unknown> = {}) => ({
  symbol: 'AAPL',
  side: 'buy',
  type: 'market',
  quantity: '10',
  ...overrides,
});
const limit = (limitPrice: string, overrides: Record<string, unknown> = {}) =>
  market({ type: 'limit', limitPrice, ...overrides });

describe.each(BACKENDS)('trading on $name', (backend) => {
  let bourse: Bourse;
  let trader: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend, { MARKET_TICK_MS: '100', ...LASTING_SESSIONS });
  });
  afterAll(() => bourse.close());
  beforeEach(async () => {
    trader = await bourse.trader();
  });

  const { read, place, until, trade } = tradingDesk(() => trader);
  const buy = (quantity: string) => trade('buy', 'AAPL', quantity);

  it('goes from order to fill, live message, position and portfolio', async () => {
    const live = await LiveClient.connect(bourse.url, { token: trader.token });
    await live.subscribe('trading.orders');
    await live.subscribe('trading.fills');
    const before = await read<PortfolioSummary>('/api/portfolio/summary');
    expect(before).toMatchObject({ equity: '100000', positions: [] });

    const placed = await place(market());
    expect(placed).toMatchObject({ status: 'accepted', filledQuantity: '0', symbol: 'AAPL' });

    const filled = await live.next(
      'trading.orders',
      ({ id, status }) => id === placed.id && status === 'filled',
    );
    // Who has heard of the fill and asks, sees it everywhere: the cached summary is gone by then.
    const summary = await read<PortfolioSummary>('/api/portfolio/summary');
    const fill = await live.next('trading.fills', ({ orderId }) => orderId === placed.id);
    expect(filled.data).toMatchObject({
      filledQuantity: '10',
      averageFillPrice: fill.data['price'],
    });
    expect(summary.positions).toMatchObject([{ symbol: 'AAPL', quantity: '10' }]);
    const price = money(fill.data['price'] as string);
    const account = await read<Account>('/api/account');
    expect(account.cash).toBe(money(100_000).minus(price.times(10)).toString());
    expect(account).toMatchObject({ reservedCash: '0', availableCash: account.cash });
    expect(summary.cash).toBe(account.cash);
    const { items: positions } = await read<{ items: ValuedPosition[] }>('/api/positions');
    expect(positions).toMatchObject([
      { symbol: 'AAPL', quantity: '10', averageCost: price.toFixed(2) },
    ]);
    const trades = await read<{ items: Trade[] }>('/api/trades');
    expect(trades.items).toEqual([fill.data]);
    live.close();
  });

  it('realises the profit of a sale, and no longer lists what is sold out', async () => {
    const bought = await buy('4');
    const sold = await until((await place(market({ side: 'sell', quantity: '4' }))).id, 'filled');
    const profit = money(sold.averageFillPrice ?? 0)
      .minus(bought.averageFillPrice ?? 0)
      .times(4);
    expect((await read<{ items: unknown[] }>('/api/positions')).items).toEqual([]);
    const summary = await read<PortfolioSummary>('/api/portfolio/summary');
    expect(summary.realizedPnl).toBe(profit.toString());
    expect(summary.equity).toBe(money(100_000).plus(profit).toString());
  });

  it('lets a limit order wait, holding its cash back, and fills it when the price comes', async () => {
    const quotes = bourse.app.get(QuotesService);
    const nowMs = bourse.clock.nowMs();
    // The market is a function of time: look for a moment when it will be well below today's ask.
    const ask = (ms: number) =>
      money(quotes.quotesAt(ms).find(({ symbol }) => symbol === 'MSFT')?.ask ?? 0);
    const today = ask(nowMs);
    let dipMs = nowMs;
    do dipMs += 60_000;
    while (ask(dipMs).gt(today.times('0.999')));
    // A little above that price: it moves on while the order is found and filled.
    const limitPrice = ask(dipMs).times('1.0005').toFixed(2);

    const order = await place(limit(limitPrice, { symbol: 'MSFT', quantity: '2' }));
    await until(order.id, 'open');
    const held = await read<Account>('/api/account');
    expect(held.reservedCash).toBe(money(limitPrice).times(2).toString());
    expect(held.cash).toBe('100000');

    bourse.clock.advance(dipMs - nowMs);
    const filled = await until(order.id, 'filled');
    expect(money(filled.averageFillPrice ?? 0).lte(limitPrice)).toBe(true);
    expect((await read<Account>('/api/account')).reservedCash).toBe('0');
  });

  it('executes an accepted order whose job was lost with the queue', async () => {
    const order = await place(limit('1.00', { quantity: '1' }));
    await until(order.id, 'open');
    // As if its only job had vanished before it ran, twenty seconds ago.
    const acceptedAt = new Date(bourse.clock.nowMs() - 20_000).toISOString();
    await bourse.app
      .get(Database)
      .sql.execute(
        sql`update orders set status = 'accepted', limit_price = 99999, updated_at = ${acceptedAt} where id = ${order.id}`,
      );
    await until(order.id, 'filled');
  });

  it('cancels what waits and gives its cash back, once', async () => {
    const order = await place(limit('1.00'));
    await until(order.id, 'open');
    const cancelled = await trader.delete<Order>(`/api/orders/${order.id}`);
    expect(cancelled).toMatchObject({ status: 200, body: { id: order.id, status: 'cancelled' } });
    expect((await read<Account>('/api/account')).availableCash).toBe('100000');
    const again = await trader.delete<Problem>(`/api/orders/${order.id}`);
    expect(again).toMatchObject({ status: 409, body: { code: 'trading.order_final' } });
  });

  it('answers the same to the same client_order_id for ever, and makes one order', async () => {
    const body = market({ client_order_id: 'my-order-1' });
    const first = await place(body);
    await until(first.id, 'filled');
    expect(await place(body)).toEqual(first);
    expect(await place({ ...body, quantity: '10.0' })).toEqual(first);
    expect((await read<{ items: Order[] }>('/api/orders')).items).toHaveLength(1);
  });

  it('makes one order of many identical requests at the same moment', async () => {
    const body = market({ client_order_id: 'hammered' });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => trader.post<Order>('/api/orders', body)),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    expect((await read<{ items: Order[] }>('/api/orders')).items).toHaveLength(1);
  });

  it('refuses another order under a used client_order_id, and writes nothing', async () => {
    await place(market({ client_order_id: 'used' }));
    const other = await trader.post<Problem>(
      '/api/orders',
      market({ client_order_id: 'used', quantity: '11' }),
    );
    expect(other).toMatchObject({ status: 422, body: { code: 'trading.client_order_id_reused' } });
    expect((await read<{ items: Order[] }>('/api/orders')).items).toHaveLength(1);
  });

  it('never spends the same cash twice, however many orders come at once', async () => {
    const quote = (await trader.get<{ ask: string }>('/api/market/quotes/AAPL')).body;
    // Each takes about 40 % of the cash: two fit, a third does not.
    const quantity = money(40_000).div(quote.ask).floor().toString();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => trader.post<Problem>('/api/orders', market({ quantity }))),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, 201, 422, 422, 422, 422, 422, 422]);
    await eventually(async () => {
      const { cash, reservedCash } = await read<Account>('/api/account');
      expect(reservedCash).toBe('0');
      expect(money(cash).gte(0)).toBe(true);
    });
  });

  it('never sells the same shares twice', async () => {
    await buy('10');
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        trader.post('/api/orders', market({ side: 'sell', quantity: '6' })),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422, 422, 422, 422]);
  });

  it('pages through orders newest first, without a gap or a repetition', async () => {
    const placed = [];
    for (let index = 0; index < 5; index += 1)
      placed.push((await place(limit('1.00', { quantity: '1' }))).id);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: { items: Order[]; nextCursor: string | null } = await read(
        `/api/orders?limit=2${query}`,
      );
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(placed.reverse());
  });

  it('computes the portfolio once, until a fill', async () => {
    const first = await read<PortfolioSummary>('/api/portfolio/summary');
    expect(await read<PortfolioSummary>('/api/portfolio/summary')).toEqual(first);
    await buy('1');
    await eventually(async () => {
      const { asOf } = await read<PortfolioSummary>('/api/portfolio/summary');
      expect(asOf > first.asOf).toBe(true);
    });
  });

  it('hides the orders of others', async () => {
    const order = await place(limit('1.00'));
    const stranger = await bourse.trader();
    const notFound = { status: 404, body: { code: 'trading.order_not_found' } };
    expect(await stranger.get(`/api/orders/${order.id}`)).toMatchObject(notFound);
    expect(await stranger.delete(`/api/orders/${order.id}`)).toMatchObject(notFound);
    expect((await stranger.get<{ items: Order[] }>('/api/orders')).body.items).toEqual([]);
    expect((await read<Order>(`/api/orders/${order.id}`)).status).not.toBe('cancelled');
  });
});
