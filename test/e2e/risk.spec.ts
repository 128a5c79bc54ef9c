import type { Page } from '../../src/kernel/page.js';
import { money } from '../../src/kernel/money.js';
import { QuotesService } from '../../src/modules/market-data/index.js';
import type { Order } from '../../src/modules/trading/index.js';
import { OrderExecutionService } from '../../src/modules/trading/execution/order-execution.service.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { SERVERS, type Backend } from './support/backends.js';
import { startOn, type Bourse } from './support/bourse.js';
import { LiveClient } from './support/live-client.js';
import { WITHOUT_LIMITS } from './support/settings.js';
import { LATER, tradingDesk } from './support/trading-desk.js';

const SETTINGS = {
  ...WITHOUT_LIMITS,
  MARKET_TICK_MS: '100',
  TRADING_MAX_ORDER_QUANTITY: '500',
  TRADING_MAX_ORDER_NOTIONAL: '5000',
  TRADING_MAX_POSITION_NOTIONAL: '8000',
  TRADING_PRICE_COLLAR_PERCENT: '20',
};

jest.setTimeout(120_000);

describe.each(SERVERS)('the risk checks on $name', (kind) => {
  let backend: Backend;
  let bourse: Bourse;
  let trader: ApiClient;
  let admin: ApiClient;

  beforeAll(async () => {
    backend = await kind.create();
    bourse = await startOn(backend, SETTINGS);
    admin = await bourse.admin();
  });
  afterAll(async () => {
    await bourse.close();
    await backend.remove();
  });
  beforeEach(async () => {
    trader = await bourse.trader();
  });

  const limit = (side: string, quantity: string, limitPrice: string) => ({
    ...{ symbol: 'AAPL', side, type: 'limit', quantity, limitPrice },
  });
  const market = (side: string, quantity: string) => ({
    ...{ symbol: 'AAPL', side, type: 'market', quantity },
  });
  const { place, until } = tradingDesk(() => trader);
  const refused = async (body: object): Promise<Record<string, unknown>> => {
    const answer = await trader.post<Problem>('/api/orders', body);
    return { status: answer.status, code: answer.body.code, details: answer.body.details };
  };
  const workingOrders = async (): Promise<number> => {
    const { body } = await trader.get<Page<Order>>('/api/orders?limit=200');
    return body.items.filter(({ status }) => status === 'accepted' || status === 'open').length;
  };

  it('refuse an order that is too large, with what is allowed and what was asked for', async () => {
    expect(await refused(limit('buy', '501', '1'))).toEqual({
      status: 422,
      code: 'trading.order_too_large',
      details: { of: 'quantity', limit: '500', asked: '501' },
    });
    // 100 × 50.5.
    expect(await refused(limit('buy', '100', '50.5'))).toEqual({
      status: 422,
      code: 'trading.order_too_large',
      details: { of: 'notional', limit: '5000', asked: '5050' },
    });
    expect(await workingOrders()).toBe(0);
  });

  it('refuse a limit far through the market, and take one far from it', async () => {
    const { ask } = bourse.app.get(QuotesService).currentQuote('AAPL');
    const through = money(ask).times('1.5').toFixed(2);
    expect(await refused(limit('buy', '1', through))).toMatchObject({
      status: 422,
      code: 'trading.price_outside_collar',
      details: { asked: money(through).toFixed() },
    });
    await place(limit('buy', '1', '0.01'));
  });

  it('count what is held and all that works towards the limit of a position, however much comes at once', async () => {
    const { ask } = bourse.app.get(QuotesService).currentQuote('AAPL');
    // A little below half of the limit each: two fit, and a third does not.
    const quantity = money('3800').div(ask).toFixed(4);
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        trader.post<Problem>('/api/orders', limit('buy', quantity, '1')),
      ),
    );
    const codes = answers.map(({ status, body }) => (status === 201 ? 'taken' : body.code));
    expect(codes.filter((code) => code === 'taken')).toHaveLength(2);
    expect(codes.filter((code) => code === 'trading.position_limit')).toHaveLength(4);
    // What is cancelled counts no more.
    await trader.delete('/api/orders');
    await place(limit('buy', quantity, '1'));
  });

  it('refuse what could trade with an order of the same account', async () => {
    await until((await place(market('buy', '2'))).id, 'filled');
    const resting = await place(limit('buy', '1', '1'));
    expect(await refused(market('sell', '1'))).toEqual({
      status: 422,
      code: 'trading.wash_trade',
      details: { orderId: resting.id },
    });
    // A sale that asks for more than the buy gives cannot meet it.
    await place(limit('sell', '1', '4999'));
    await trader.delete('/api/orders');
    await until((await place(market('sell', '1'))).id, 'filled');
  });

  it('refuse to sell short what cannot be borrowed', async () => {
    const allowed = await trader.patch('/api/account/settings', { shortSelling: true });
    expect(allowed.status).toBe(200);
    const short = { symbol: 'WMT', side: 'sell', quantity: '10' };
    for (const more of [
      { type: 'market' },
      { type: 'limit', limitPrice: '4999' },
      { type: 'stop', stopPrice: '1', timeInForce: 'day' },
      { type: 'market', timeInForce: 'ioc' },
    ]) {
      expect(await refused({ ...short, ...more })).toEqual({
        ...{ status: 422, code: 'trading.not_shortable', details: { symbol: 'WMT' } },
      });
    }
    expect(await workingOrders()).toBe(0);
    // What is held is sold like anything else, and not a share more.
    await until((await place({ ...short, side: 'buy', type: 'market' })).id, 'filled');
    expect(await refused({ ...short, type: 'market', quantity: '11' })).toMatchObject({
      code: 'trading.insufficient_position',
    });
    await until((await place({ ...short, type: 'market' })).id, 'filled');
  });

  it('hold for a replacement as well, without the order that it replaces', async () => {
    const order = await place(limit('buy', '20', '100'));
    const grown = await trader.patch<Problem>(`/api/orders/${order.id}`, { quantity: '51' });
    expect(grown).toMatchObject({ status: 422, body: { code: 'trading.order_too_large' } });
    expect((await trader.get<Order>(`/api/orders/${order.id}`)).body.replaces).toBeNull();
    const changed = await trader.patch(`/api/orders/${order.id}`, { quantity: '30' });
    expect(changed.status).toBe(200);
  });

  it('take the limits that an operator gives an account, and no others', async () => {
    const path = `/api/admin/trading/limits/${trader.user.id}`;
    expect(await admin.get(path)).toMatchObject({ status: 404 });
    await trader.get('/api/account');
    const own = { maxOrderQuantity: '3' };
    const all = { maxOrderNotional: null, maxPositionNotional: null, priceCollarPercent: null };
    const given = await admin.send('PUT', path, own);
    expect(given).toMatchObject({ status: 200, body: { ...own, ...all } });
    expect(await refused(limit('buy', '4', '1'))).toMatchObject({ details: { limit: '3' } });
    expect(await admin.send('PUT', path, {})).toMatchObject({ body: { maxOrderQuantity: null } });
    await place(limit('buy', '4', '1'));
    expect((await trader.get(path)).status).toBe(403);
    expect((await trader.send('PUT', path, own)).status).toBe(403);
    expect((await admin.send('PUT', path, { maxOrderQuantity: '0' })).status).toBe(400);
  });

  it('refuse all orders in a symbol that is halted, on every instance, and let none fill', async () => {
    const other =
      backend.env['REDIS_URL'] === undefined ? bourse : await startOn(backend, SETTINGS);
    const there = other.client();
    there.token = trader.token;
    try {
      const path = '/api/admin/trading/halts/msft';
      const order = { symbol: 'MSFT', side: 'buy', type: 'limit', quantity: '1' };
      const live = await LiveClient.connect(other.url, { token: trader.token });
      await live.subscribe('trading.halts');
      const resting = await place({ ...order, limitPrice: '1' });
      await until(resting.id, 'open');
      expect(await admin.send('PUT', path, { reason: 'News pending' })).toMatchObject({
        status: 200,
        body: { symbol: 'MSFT', reason: 'News pending' },
      });
      for (const client of [trader, there]) {
        expect(await client.post('/api/orders', { ...order, limitPrice: '1' })).toMatchObject({
          status: 409,
          body: {
            code: 'trading.symbol_halted',
            details: { symbol: 'MSFT', reason: 'News pending' },
          },
        });
        const { body } = await client.get<{ items: object[] }>('/api/trading/halts');
        expect(body.items).toMatchObject([{ symbol: 'MSFT' }]);
      }
      // What works can be cancelled.
      expect((await trader.delete(`/api/orders/${resting.id}`)).status).toBe(200);
      expect((await admin.delete(path)).status).toBe(204);
      const change = { symbol: 'MSFT', at: expect.any(String) as string };
      await eventually(() =>
        expect(live.on('trading.halts').map(({ data }) => data)).toEqual([
          { ...change, halted: true, reason: 'News pending' },
          { ...change, halted: false, reason: null },
        ]),
      );
      live.close();
      const bought = await there.post<Order>('/api/orders', { ...order, type: 'market' });
      expect(bought.status).toBe(201);
      await until(bought.body.id, 'filled');
      expect(await admin.delete(path)).toMatchObject({ body: { code: 'trading.not_halted' } });
    } finally {
      if (other !== bourse) await other.close();
    }
  });

  it('let what works in a halted symbol wait, and go on trading once it is resumed', async () => {
    const path = '/api/admin/trading/halts/AAPL';
    const deposit = { amount: '90000000' };
    expect((await trader.post('/api/account/deposits', deposit)).status).toBe(201);
    const limits = {
      ...{ maxOrderQuantity: '90000', maxOrderNotional: '90000000' },
      maxPositionNotional: '90000000',
    };
    const ownLimits = await admin.send(
      'PUT',
      `/api/admin/trading/limits/${trader.user.id}`,
      limits,
    );
    expect(ownLimits.status).toBe(200);
    // A tick offers 1,200 shares at most: this one takes 50 ticks and more.
    const { id } = await place(market('buy', '60000'));
    await until(id, 'partially_filled');
    expect((await admin.send('PUT', path, { reason: 'Volatility' })).status).toBe(200);
    const read = async (): Promise<Order> => (await trader.get<Order>(`/api/orders/${id}`)).body;
    const execution = bourse.app.get(OrderExecutionService);
    // Behind it lies what had begun before the halt.
    await execution.execute(id);
    const halted = await read();
    expect(halted.status).toBe('partially_filled');
    for (let i = 0; i < 5; i += 1) {
      bourse.clock.advance(200);
      await execution.execute(id);
    }
    expect(await read()).toEqual(halted);
    expect((await admin.delete(path)).status).toBe(204);
    await eventually(async () => {
      expect(money((await read()).filledQuantity).gt(halted.filledQuantity)).toBe(true);
    }, LATER);
    await trader.delete('/api/orders');
  });

  it('are for operators to set', async () => {
    const path = '/api/admin/trading/halts/AAPL';
    expect((await trader.send('PUT', path, { reason: 'no' })).status).toBe(403);
    expect((await trader.delete(path)).status).toBe(403);
    expect((await bourse.client().get('/api/trading/halts')).status).toBe(401);
    expect(
      await admin.send('PUT', '/api/admin/trading/halts/NOSUCH', { reason: 'x' }),
    ).toMatchObject({ status: 422, body: { code: 'trading.unknown_symbol' } });
    expect((await admin.send('PUT', path, { reason: ' ' })).status).toBe(400);
  });
});
