import { money } from '../../src/kernel/money.js';
import type { Page } from '../../src/kernel/page.js';
import { currentOrNextSession, QuotesService } from '../../src/modules/market-data/index.js';
import { StopPrices } from '../../src/modules/trading/execution/stop-prices.js';
import {
  LedgerVerifier,
  type Account,
  type Order,
  type OrderTransition,
  type Trade,
} from '../../src/modules/trading/index.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { BACKENDS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { replayMarket } from './support/replay-market.js';

const LATER = { timeoutMs: 40_000 };
const RATE_LIMITS = ['auth.register', 'orders.place', 'orders.place-ip', 'api.signed-in']
  .map((name) => `${name}=1000000/1m`)
  .join();

/** What one bar after the other trades at; bid and ask are a cent away. */
const market = replayMarket({
  UP: ['100.00', '104.00', '106.00', '105.00', '103.00', '107.00'],
  DOWN: ['100.00', '97.00', '94.00', '95.50', '96.00', '93.00'],
  HILL: ['100.00', '110.00', '106.00', '104.75', '104.50', '104.00'],
  DALE: ['100.00', '90.00', '94.00', '94.25', '94.50', '95.00'],
});

jest.setTimeout(120_000);
afterAll(() => market.remove());

describe.each(BACKENDS)('trading sessions on $name', (backend) => {
  let bourse: Bourse;
  let trader: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend, {
      MARKET_TICK_MS: '100',
      TRADING_HOURS: 'exchange',
      SESSION_IDLE_MS: '2000000000',
      SESSION_ABSOLUTE_MS: '2000000000',
      RATE_LIMITS,
    });
    trader = await bourse.trader();
  });
  afterAll(() => bourse.close());

  const goTo = (atMs: number) => bourse.clock.advance(atMs - bourse.clock.nowMs());
  const place = (body: object) =>
    trader.post<Order & Pick<Problem, 'code'>>('/api/orders', {
      symbol: 'AAPL',
      side: 'buy',
      quantity: '1',
      ...body,
    });
  const order = async (id: string) => (await trader.get<Order>(`/api/orders/${id}`)).body;
  const until = (id: string, expected: Partial<Order>) =>
    eventually(async () => expect(await order(id)).toMatchObject(expected), LATER);
  const tradeOf = async (id: string) => {
    const { body } = await trader.get<Page<Trade>>('/api/trades?limit=200');
    return body.items.find(({ orderId }) => orderId === id);
  };

  it('are kept: orders wait for the one they are meant for, and trade then', async () => {
    const { openMs, closeMs } = currentOrNextSession(bourse.clock.nowMs() + 86_400_000);
    const open = new Date(openMs).toISOString();
    const close = new Date(closeMs).toISOString();
    const quotes = bourse.app.get(QuotesService);

    // 1:30 in the night in New York.
    goTo(openMs - 8 * 3_600_000);
    const { ask } = quotes.currentQuote('AAPL');
    const limitPrice = money(ask).times('1.4').toFixed(2);
    const limit = { type: 'limit', limitPrice };
    const { body: market } = await place({ type: 'market' });
    const { body: early } = await place({ ...limit, extendedHours: true });
    const { body: regular } = await place(limit);
    const { body: auctioned } = await place({ type: 'market', timeInForce: 'opg' });
    const { body: tooLow } = await place({ type: 'limit', limitPrice: '1', timeInForce: 'opg' });
    expect(auctioned).toMatchObject({ worksFrom: open, timeInForce: 'opg' });
    for (const { id } of [market, early, regular, auctioned, tooLow]) {
      await until(id, { status: 'open', filledQuantity: '0' });
    }
    const { body: life } = await trader.get<Page<OrderTransition>>(
      `/api/orders/${market.id}/history`,
    );
    expect(life.items[0]).toMatchObject({ to: 'open', reason: 'waiting_for_session' });
    for (const [body, code] of [
      [{ type: 'market', timeInForce: 'ioc' }, 'market_closed'],
      [{ ...limit, timeInForce: 'fok' }, 'market_closed'],
      [{ type: 'market', extendedHours: true }, 'bad_extended_hours'],
    ] as const) {
      expect(await place(body)).toMatchObject({ status: 422, body: { code: `trading.${code}` } });
    }

    // 4:30: the early hours.
    goTo(openMs - 5 * 3_600_000);
    await until(early.id, { status: 'filled' });
    for (const { id } of [market, regular, auctioned]) await until(id, { status: 'open' });
    goTo(openMs - 60_000);
    expect(await place({ type: 'market', timeInForce: 'opg' })).toMatchObject({
      status: 422,
      body: { code: 'trading.too_late_for_auction' },
    });
    const change = await trader.patch<Problem>(`/api/orders/${auctioned.id}`, { quantity: '2' });
    expect(change).toMatchObject({ status: 422, body: { code: 'trading.too_late_for_auction' } });

    goTo(openMs);
    for (const { id } of [market, regular, auctioned]) await until(id, { status: 'filled' });
    // All of the auction trade by the quote of its moment.
    const atOpen = quotes.quoteAt('AAPL', openMs);
    expect(await tradeOf(auctioned.id)).toMatchObject({ price: atOpen.ask, quoteAsOf: open });
    await until(tooLow.id, { status: 'cancelled', filledQuantity: '0' });

    const { body: last } = await place({ type: 'market', timeInForce: 'cls' });
    expect(last).toMatchObject({ worksFrom: close });
    await until(last.id, { status: 'open' });
    goTo(closeMs - 9 * 60_000);
    expect((await place({ type: 'market', timeInForce: 'cls' })).body.code).toBe(
      'trading.too_late_for_auction',
    );
    goTo(closeMs);
    await until(last.id, { status: 'filled' });
    expect(await tradeOf(last.id)).toMatchObject({
      price: quotes.quoteAt('AAPL', closeMs).ask,
      quoteAsOf: close,
    });
  });

  it('give an auction a minute: whose turn comes later trades by its quote still, or has expired', async () => {
    const { openMs, closeMs } = currentOrNextSession(bourse.clock.nowMs() + 86_400_000);
    const auction = { type: 'market', timeInForce: 'opg' };
    goTo(openMs - 3_600_000);
    const { body: inTime } = await place(auction);
    await until(inTime.id, { status: 'open' });
    // Later than any quote is fresh.
    goTo(openMs + 20_000);
    await until(inTime.id, { status: 'filled' });
    const atOpen = bourse.app.get(QuotesService).quoteAt('AAPL', openMs);
    const quoteAsOf = new Date(openMs).toISOString();
    expect(await tradeOf(inTime.id)).toMatchObject({ price: atOpen.ask, quoteAsOf });

    goTo(closeMs - 3_600_000);
    const { body: tooLate } = await place({ ...auction, timeInForce: 'cls' });
    await until(tooLate.id, { status: 'open' });
    goTo(closeMs + 60_000);
    await until(tooLate.id, { status: 'expired', filledQuantity: '0' });
    const { body: account } = await trader.get<Account>('/api/account');
    expect(account.reservedCash).toBe('0');
  });
});

describe.each(BACKENDS)('order types on $name', (backend) => {
  let bourse: Bourse;
  let trader: ApiClient;
  let toBar: (index: number) => void;

  beforeAll(async () => {
    bourse = await startBourse(backend, {
      ...market.env,
      MARKET_TICK_MS: '100',
      SESSION_IDLE_MS: '2000000000',
      SESSION_ABSOLUTE_MS: '2000000000',
      RATE_LIMITS,
    });
  });
  afterAll(() => bourse.close());
  beforeEach(async () => {
    ({ toBar } = market.start(bourse));
    trader = await bourse.trader();
  });
  /** Whatever the test did: every figure of every account follows from its journal. */
  afterEach(async () => {
    for await (const { differences } of bourse.app.get(LedgerVerifier).verify()) {
      expect(differences).toEqual([]);
    }
  });

  const place = async (body: object): Promise<Order> => {
    const answer = await trader.post<Order>('/api/orders', body);
    expect(answer).toMatchObject({ status: 201 });
    return answer.body;
  };
  const refuse = async (body: object): Promise<unknown> => {
    const answer = await trader.post<Problem>('/api/orders', body);
    return [answer.status, answer.body.code];
  };
  const replace = async (id: string, change: object): Promise<Order> => {
    const answer = await trader.patch<Order>(`/api/orders/${id}`, change);
    expect(answer).toMatchObject({ status: 200 });
    return answer.body;
  };
  const read = async <Body>(path: string): Promise<Body> => {
    const answer = await trader.get<Body>(path);
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const order = (id: string) => read<Order>(`/api/orders/${id}`);
  const account = () => read<Account>('/api/account');
  const until = (id: string, expected: Partial<Order>): Promise<Order> =>
    eventually(async () => {
      const found = await order(id);
      expect(found).toMatchObject(expected);
      return found;
    }, LATER);
  /** What led to each step, with the last trade that decided it. */
  const lifeOf = async (id: string) => {
    const { items } = await read<Page<OrderTransition>>(`/api/orders/${id}/history?limit=200`);
    return [...items].reverse().map(({ to, reason, quote }) => [to, reason, quote?.last ?? null]);
  };
  const hold = async (symbol: string): Promise<void> => {
    const { id } = await place({ symbol, side: 'buy', type: 'market', quantity: '10' });
    await until(id, { status: 'filled' });
  };

  it('stop: a buy waits below its price, and buys at the market once the last trade is there', async () => {
    const stop = { symbol: 'UP', side: 'buy', type: 'stop', quantity: '10', stopPrice: '105' };
    const { id } = await place(stop);
    await until(id, { status: 'open', stopPrice: '105.00', triggeredAt: null });
    // 105 × 1.02 × 10.
    expect((await account()).reservedCash).toBe('1071');
    toBar(1);
    await until(id, { status: 'open' });
    toBar(2);
    // The last trade is 106.00, the ask 106.01.
    const filled = await until(id, { status: 'filled' });
    expect(filled).toMatchObject({ averageFillPrice: '106.01', filledQuantity: '10' });
    expect(filled.triggeredAt).not.toBeNull();
    expect(await lifeOf(id)).toEqual([
      ['accepted', 'placed', null],
      ['open', 'waiting', '100.00'],
      ['open', 'triggered', '106.00'],
      ['filled', 'fill', '106.00'],
    ]);
    expect(await account()).toMatchObject({ cash: '98939.9', reservedCash: '0' });
  });

  it('stop: a sale waits above its price, and sells at the market once the last trade is there', async () => {
    await hold('DOWN');
    const { id } = await place({
      symbol: 'DOWN',
      side: 'sell',
      type: 'stop',
      quantity: '10',
      stopPrice: '95.5',
    });
    await until(id, { status: 'open' });
    toBar(1);
    toBar(2);
    // The last trade is 94.00, the bid 93.99.
    await until(id, { status: 'filled', averageFillPrice: '93.99' });
  });

  it('stop: triggers by the tick that reached it, though the price is back before its turn', async () => {
    const { id } = await place({
      symbol: 'UP',
      side: 'buy',
      type: 'stop',
      quantity: '10',
      stopPrice: '105',
    });
    await until(id, { status: 'open' });
    const atMs = bourse.clock.nowMs();
    toBar(2);
    const reached = bourse.app.get(QuotesService).quoteAt('UP', bourse.clock.nowMs());
    bourse.clock.advance(atMs - bourse.clock.nowMs());
    await bourse.app.get(StopPrices).follow([reached]);
    // By 106.00, at the market of now: an ask of 100.01.
    await until(id, { status: 'filled', averageFillPrice: '100.01' });
    expect((await lifeOf(id)).slice(-2)).toEqual([
      ['open', 'triggered', '106.00'],
      ['filled', 'fill', '100.00'],
    ]);
  });

  it('stop_limit: is a limit order once its stop was reached, and waits for its limit', async () => {
    const { id } = await place({
      symbol: 'UP',
      side: 'buy',
      type: 'stop_limit',
      quantity: '10',
      stopPrice: '105',
      limitPrice: '105.50',
    });
    await until(id, { status: 'open' });
    // 105.50 × 10; a limit order would have filled at 100.01.
    expect((await account()).reservedCash).toBe('1055');
    toBar(2);
    const triggered = await eventually(async () => {
      const found = await order(id);
      expect(found.triggeredAt).not.toBeNull();
      return found;
    }, LATER);
    expect(triggered).toMatchObject({ status: 'open', filledQuantity: '0' });
    toBar(3);
    await until(id, { status: 'filled', averageFillPrice: '105.01' });
  });

  it.each([
    // 110 − 5 = 105: 106 is above it, 104.75 below.
    [{ trailAmount: '5' }, '105.00', 3, '104.75', '104.74'],
    // 110 × 0.95 = 104.50: 104.75 is above it.
    [{ trailPercent: '5' }, '104.50', 4, '104.50', '104.49'],
  ])(
    'trailing_stop: a sale by %j follows the highest trade to a stop of %s',
    async (trail, stopPrice, bar, last, bid) => {
      await hold('HILL');
      const trailing = { symbol: 'HILL', side: 'sell', type: 'trailing_stop', quantity: '10' };
      const request = { ...trailing, ...trail, client_order_id: 'trailing' };
      const placed = await place(request);
      expect(placed).toMatchObject({ stopPrice: null, waterMark: null });
      await until(placed.id, { status: 'open', waterMark: '100.00' });
      toBar(1);
      const moved = await until(placed.id, { waterMark: '110.00', stopPrice });
      // Not a step of its life: no message, no line in its history.
      expect(moved.version).toBe(2);
      toBar(2);
      for (let i = 3; i < bar; i += 1) toBar(i);
      const before = await order(placed.id);
      expect(before).toMatchObject({ waterMark: '110.00', stopPrice, triggeredAt: null });
      toBar(bar);
      await until(placed.id, { status: 'filled', averageFillPrice: bid });
      expect((await lifeOf(placed.id))[2]).toEqual(['open', 'triggered', last]);
      // Sent again, it answers as it did before the mark moved.
      expect(await place(request)).toEqual(placed);
    },
  );

  it('trailing_stop: a buy follows the lowest trade', async () => {
    const { id } = await place({
      symbol: 'DALE',
      side: 'buy',
      type: 'trailing_stop',
      quantity: '10',
      trailPercent: '5',
    });
    await until(id, { status: 'open', waterMark: '100.00', stopPrice: '105.00' });
    toBar(1);
    // 90 × 1.05.
    await until(id, { waterMark: '90.00', stopPrice: '94.50' });
    toBar(2);
    toBar(3);
    expect(await order(id)).toMatchObject({ status: 'open', waterMark: '90.00' });
    toBar(4);
    await until(id, { status: 'filled', averageFillPrice: '94.51' });
  });

  it('stops are replaced: the stop, the limit, the trail; a trailing one keeps its mark', async () => {
    await hold('HILL');
    const sale = { symbol: 'HILL', side: 'sell', quantity: '5' };
    const stop = await place({ ...sale, type: 'stop', stopPrice: '90' });
    const higher = await replace(stop.id, { stopPrice: '91.5' });
    expect(higher).toMatchObject({ type: 'stop', stopPrice: '91.50', replaces: stop.id });
    const reached = await trader.patch<Problem>(`/api/orders/${higher.id}`, { stopPrice: '100' });
    expect(reached).toMatchObject({ status: 422, body: { code: 'trading.stop_price_reached' } });
    const none = await trader.patch<Problem>(`/api/orders/${higher.id}`, { trail: '5' });
    expect(none).toMatchObject({ status: 422, body: { code: 'trading.bad_replacement' } });
    expect((await order(higher.id)).status).not.toBe('replaced');

    const trailing = await place({ ...sale, type: 'trailing_stop', trailPercent: '10' });
    await until(trailing.id, { status: 'open' });
    toBar(1);
    await until(trailing.id, { waterMark: '110.00', stopPrice: '99.00' });
    toBar(2);
    const closer = await replace(trailing.id, { trail: '5' });
    expect(closer).toMatchObject({ trailPercent: '5', trailAmount: null });
    await until(closer.id, { status: 'open', waterMark: '110.00', stopPrice: '104.50' });
    await trader.delete('/api/orders');
  });

  it.each([
    [
      'a buy at the last trade',
      { side: 'buy', type: 'stop', stopPrice: '100' },
      'stop_price_reached',
    ],
    ['a sale above it', { side: 'sell', type: 'stop', stopPrice: '101' }, 'stop_price_reached'],
    [
      'a trail of the whole price',
      { side: 'sell', type: 'trailing_stop', trailAmount: '100' },
      'stop_price_reached',
    ],
    [
      'one that is to trade at once',
      { side: 'buy', type: 'stop', stopPrice: '105', timeInForce: 'ioc' },
      'bad_time_in_force',
    ],
  ])('a stop is refused: %s', async (_what, body, code) => {
    await hold('HILL');
    const before = await account();
    expect(await refuse({ symbol: 'HILL', quantity: '1', ...body })).toEqual([
      422,
      `trading.${code}`,
    ]);
    expect(await account()).toEqual(before);
  });

  it.each([
    [{ type: 'stop' }],
    [{ type: 'stop', stopPrice: '105', limitPrice: '106' }],
    [{ type: 'stop_limit', stopPrice: '105' }],
    [{ type: 'trailing_stop' }],
    [{ type: 'trailing_stop', trailAmount: '5', trailPercent: '5' }],
    [{ type: 'trailing_stop', trailPercent: '100' }],
    [{ type: 'trailing_stop', trailPercent: '5', stopPrice: '95' }],
  ])('no order is %j', async (body) => {
    const answer = await refuse({ symbol: 'HILL', side: 'buy', quantity: '1', ...body });
    expect(answer).toEqual([400, 'request.invalid']);
  });

  it('what a stop of a buy holds back is free again when it ends', async () => {
    const stop = { symbol: 'UP', side: 'buy', type: 'stop', quantity: '10', stopPrice: '105' };
    const { id } = await place(stop);
    expect(money((await account()).reservedCash).toFixed()).toBe('1071');
    expect((await trader.delete(`/api/orders/${id}`)).status).toBe(200);
    expect((await account()).reservedCash).toBe('0');
  });
});
