import { sql } from 'drizzle-orm';
import { Database, OutboxRelay } from '../../src/database/index.js';
import { money, sumOf } from '../../src/kernel/money.js';
import type { Page } from '../../src/kernel/page.js';
import { marketStatusAt, QuotesService } from '../../src/modules/market-data/index.js';
import {
  type Account,
  type Order,
  type OrderTransition,
  type Trade,
} from '../../src/modules/trading/index.js';
import { OrderExecutionService } from '../../src/modules/trading/execution/order-execution.service.js';
import { Notifier } from '../../src/modules/notifications/raising/notifier.js';
import { WaitingOrdersRepository } from '../../src/modules/trading/orders/waiting-orders.repository.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { BACKENDS, SERVERS, type Backend } from './support/backends.js';
import { startBourse, startOn, type Bourse } from './support/bourse.js';
import { LASTING_SESSIONS, WITHOUT_LIMITS } from './support/settings.js';
import { expectExactLedgers, LATER, tradingDesk } from './support/trading-desk.js';

const MAX_WORKING_ORDERS = 12;

const resting = { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '1' };

jest.setTimeout(120_000);

describe.each(SERVERS)('orders on $name', (backend) => {
  let bourse: Bourse;
  let trader: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend, {
      MARKET_TICK_MS: '100',
      TRADING_MAX_WORKING_ORDERS: String(MAX_WORKING_ORDERS),
      ...LASTING_SESSIONS,
      ...WITHOUT_LIMITS,
    });
  });
  afterAll(() => bourse.close());
  beforeEach(async () => {
    trader = await bourse.trader();
  });
  afterEach(() => expectExactLedgers(bourse));

  const { read, place, order, until, lifeOf, tradesOf, account } = tradingDesk(() => trader);
  const give = async (amount: string): Promise<void> => {
    expect((await trader.post('/api/account/deposits', { amount })).status).toBe(201);
  };
  const offered = ({ symbol, quoteAsOf }: Trade): string => {
    const quotes = bourse.app.get(QuotesService).quotesAt(Date.parse(quoteAsOf));
    return quotes.find((quote) => quote.symbol === symbol)?.askSize ?? 'no size';
  };

  it('fill tick by tick what each offers, and no more', async () => {
    await give('9000000');
    const { id } = await place({ symbol: 'AAPL', side: 'buy', type: 'market', quantity: '3000' });
    const filled = await until(id, 'filled');
    const trades = await tradesOf(id);
    // A tick offers 1,200 shares at most.
    expect(trades.length).toBeGreaterThan(2);
    expect(sumOf(trades.map(({ quantity }) => quantity)).toFixed()).toBe('3000');
    const last = trades.at(-1);
    for (const trade of trades.slice(0, -1)) expect(trade.quantity).toBe(offered(trade));
    expect(money(last?.quantity ?? 0).lte(offered(last as Trade))).toBe(true);
    const ticks = trades.map(({ quoteAsOf }) => quoteAsOf);
    expect(ticks).toEqual([...new Set(ticks)].sort());
    const paid = sumOf(trades.map(({ quantity, price }) => money(quantity).times(price)));
    expect(filled.filledQuantity).toBe('3000');
    expect(money(filled.averageFillPrice ?? 0).toFixed(8)).toBe(paid.div(3_000).toFixed(8));
    expect(await account()).toMatchObject({
      cash: money(9_100_000).minus(paid).toFixed(),
      reservedCash: '0',
    });
  });

  it('remember each step of their lives: when, why, by what quote', async () => {
    await give('9000000');
    const { id } = await place({ symbol: 'MSFT', side: 'buy', type: 'market', quantity: '1300' });
    await until(id, 'filled');
    const [first, ...steps] = await lifeOf(id);
    expect(first).toMatchObject({ version: 1, from: null, to: 'accepted', reason: 'placed' });
    expect(first?.quote).toBeNull();
    expect(steps.map(({ version }) => version)).toEqual(steps.map((_, i) => i + 2));
    const trades = await tradesOf(id);
    const fills = steps.filter(({ reason }) => reason === 'fill');
    expect(fills).toHaveLength(trades.length);
    fills.forEach(({ to, quote, filledQuantity }, i) => {
      const soFar = sumOf(trades.slice(0, i + 1).map(({ quantity }) => quantity));
      expect(to).toBe(i === fills.length - 1 ? 'filled' : 'partially_filled');
      expect(filledQuantity).toBe(soFar.toFixed());
      expect(quote).toMatchObject({ ask: trades[i]?.price, asOf: trades[i]?.quoteAsOf });
    });
    // Page by page it is the same story.
    const page = await read<Page<OrderTransition>>(`/api/orders/${id}/history?limit=1`);
    expect(page.items).toEqual([steps.at(-1)]);
    const rest = await read<Page<OrderTransition>>(
      `/api/orders/${id}/history?limit=200&cursor=${page.nextCursor ?? ''}`,
    );
    expect(rest).toEqual({ items: [first, ...steps].reverse().slice(1), nextCursor: null });
    const bad = await trader.get<Problem>(`/api/orders/${id}/history?cursor=x`);
    expect(bad).toMatchObject({ status: 400, body: { code: 'request.bad_cursor' } });
    const stranger = await bourse.trader();
    expect((await stranger.get(`/api/orders/${id}/history`)).status).toBe(404);
  });

  it('ioc: take what the tick offers, and give the rest back', async () => {
    await give('9000000');
    const ioc = { symbol: 'AAPL', side: 'buy', type: 'market', timeInForce: 'ioc' };
    const { id } = await place({ ...ioc, quantity: '2000' });
    const ended = await until(id, 'cancelled');
    const [trade] = await tradesOf(id);
    expect(trade).toMatchObject({ quantity: ended.filledQuantity });
    expect(ended.filledQuantity).toBe(offered(trade as Trade));
    expect((await lifeOf(id)).map(({ to, reason }) => [to, reason])).toEqual([
      ['accepted', 'placed'],
      ['partially_filled', 'fill'],
      ['cancelled', 'not_filled_at_once'],
    ]);
    expect((await account()).reservedCash).toBe('0');
  });

  it('fok: take all of it at once or nothing', async () => {
    await give('9000000');
    const fok = { symbol: 'AAPL', side: 'buy', type: 'market', timeInForce: 'fok' };
    const tooMuch = await place({ ...fok, quantity: '1201' });
    expect(await until(tooMuch.id, 'cancelled')).toMatchObject({ filledQuantity: '0' });
    expect(await tradesOf(tooMuch.id)).toEqual([]);
    expect(await account()).toMatchObject({ cash: '9100000', reservedCash: '0' });
    const { id } = await place({ ...fok, quantity: '100' });
    expect(await until(id, 'filled')).toMatchObject({ filledQuantity: '100' });
  });

  it('gtd, day: end when their time is over, and give back what they held', async () => {
    const nowMs = bourse.clock.nowMs();
    const expiresAt = new Date(nowMs + 3_600_000).toISOString();
    const gtd = await place({ ...resting, timeInForce: 'gtd', expiresAt });
    const day = await place({ ...resting, timeInForce: 'day' });
    const gtc = await place({ ...resting, symbol: 'MSFT' });
    expect(gtd).toMatchObject({ timeInForce: 'gtd', expiresAt });
    expect(day.expiresAt).toBe(marketStatusAt(nowMs).nextCloseAt);
    expect(gtc).toMatchObject({ timeInForce: 'gtc', expiresAt: null });
    await until(gtd.id, 'open');
    expect((await account()).reservedCash).toBe('30');
    bourse.clock.advance(Date.parse(day.expiresAt ?? '') - nowMs);
    bourse.clock.advance(3_600_000);
    await until(gtd.id, 'expired');
    await until(day.id, 'expired');
    expect((await lifeOf(day.id)).at(-1)).toMatchObject({ reason: 'time_in_force_over' });
    expect((await order(gtc.id)).status).not.toBe('expired');
    expect((await account()).reservedCash).toBe('10');
  });

  it.each([
    ['without gtd', { expiresAt: '2099-01-01T00:00:00Z' }],
    ['gtd without one', { timeInForce: 'gtd' }],
    ['in the past', { timeInForce: 'gtd', expiresAt: '2001-01-01T00:00:00Z' }],
    ['in a hundred years', { timeInForce: 'gtd', expiresAt: '2126-01-01T00:00:00Z' }],
  ])('refuse an end %s', async (_what, end) => {
    const answer = await trader.post<Problem>('/api/orders', { ...resting, ...end });
    expect(answer).toMatchObject({ status: 422, body: { code: 'trading.bad_expiry' } });
    expect((await account()).reservedCash).toBe('0');
  });

  describe('are replaced', () => {
    it('by one that takes the place of the other, in one step', async () => {
      const before = await place(resting);
      await until(before.id, 'open');
      const change = { quantity: '20', limitPrice: '2', client_order_id: 'the-other' };
      const replace = () => trader.patch<Order>(`/api/orders/${before.id}`, change);
      const answer = await replace();
      expect(answer).toMatchObject({
        status: 200,
        body: { ...change, limitPrice: '2.00', status: 'accepted', replaces: before.id },
      });
      expect((await order(before.id)).status).toBe('replaced');
      expect((await account()).reservedCash).toBe('40');
      expect((await lifeOf(answer.body.id))[0]).toMatchObject({ reason: 'replacement' });
      // Sent again after a time-out, it answers the same and does nothing.
      expect(await replace()).toMatchObject({ status: 200, body: answer.body });
      const other = await trader.patch<Problem>(`/api/orders/${before.id}`, {
        ...change,
        quantity: '21',
      });
      expect(other).toMatchObject({
        status: 422,
        body: { code: 'trading.client_order_id_reused' },
      });
      expect((await account()).reservedCash).toBe('40');
    });

    it('or stay as they are, when the other cannot be', async () => {
      const before = await place(resting);
      const path = `/api/orders/${before.id}`;
      const dear = await trader.patch<Problem>(path, { quantity: '200000' });
      expect(dear).toMatchObject({ status: 422, body: { code: 'trading.insufficient_funds' } });
      expect(['accepted', 'open']).toContain((await order(before.id)).status);
      expect((await account()).reservedCash).toBe('10');
      expect((await trader.patch(path, {})).status).toBe(400);
      expect((await trader.patch(path, { symbol: 'MSFT', quantity: '1' })).status).toBe(400);
      // What it holds back is free for the one that takes its place.
      expect((await trader.patch(path, { quantity: '100000' })).status).toBe(200);
      expect((await account()).availableCash).toBe('0');
    });

    it('as long as they work, and no longer', async () => {
      const { id } = await place({ ...resting, type: 'market', limitPrice: undefined });
      await until(id, 'filled');
      for (const path of [`/api/orders/${id}`, '/api/orders/nothing']) {
        const answer = await trader.patch<Problem>(path, { quantity: '20' });
        expect([answer.status, answer.body.code]).toEqual(
          path.endsWith(id) ? [409, 'trading.order_final'] : [404, 'trading.order_not_found'],
        );
      }
    });

    it('once, however many ask at once', async () => {
      const { id } = await place(resting);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          trader.patch<Problem>(`/api/orders/${id}`, { quantity: String(i + 1) }),
        ),
      );
      const made = answers.filter(({ status }) => status === 200);
      expect(made).toHaveLength(1);
      const refused = answers.filter(({ status }) => status === 409);
      expect(refused).toHaveLength(19);
      expect(refused[0]?.body.code).toBe('trading.order_final');
    });

    it('with what is left of them once they have traded in part', async () => {
      await give('9000000');
      const { id } = await place({ symbol: 'AAPL', side: 'buy', type: 'market', quantity: '9000' });
      const answer = await eventually(async () => {
        expect((await order(id)).status).toBe('partially_filled');
        const changed = await trader.patch<Order>(`/api/orders/${id}`, { quantity: '10000' });
        expect(changed.status).toBe(200);
        return changed.body;
      }, LATER);
      const before = await order(id);
      expect(money(before.filledQuantity).plus(answer.quantity).toFixed()).toBe('10000');
      const less = await trader.patch<Problem>(`/api/orders/${id}`, {
        quantity: before.filledQuantity,
      });
      expect(less).toMatchObject({ status: 422, body: { code: 'trading.bad_replacement' } });
      await trader.delete(`/api/orders/${answer.id}`);
    });
  });

  describe('in groups', () => {
    const last = (symbol: string) => money(bourse.app.get(QuotesService).currentQuote(symbol).last);
    const pricesAround = (symbol: string) => ({
      takeProfit: { limitPrice: last(symbol).times('1.4').toFixed(2) },
      stopLoss: { stopPrice: last(symbol).times('0.5').toFixed(2) },
    });
    const legsOf = async (id: string): Promise<[Order, Order]> => {
      const { legs } = await order(id);
      return legs as unknown as [Order, Order];
    };

    it('bracket: what an entry has bought is protected, though it is cancelled before it is filled', async () => {
      await give('9000000');
      const { id } = await place({
        ...{ symbol: 'AAPL', side: 'buy', type: 'market', quantity: '9000' },
        ...{ orderClass: 'bracket', ...pricesAround('AAPL') },
      });
      await until(id, 'partially_filled');
      for (const leg of await legsOf(id)) {
        expect(leg).toMatchObject({ status: 'held', quantity: '9000' });
      }
      const cancelled = await trader.delete<Order>(`/api/orders/${id}`);
      const { filledQuantity } = cancelled.body;
      expect(money(filledQuantity).lt('9000')).toBe(true);
      const [profit, stop] = await legsOf(id);
      for (const leg of [profit, stop]) {
        await until(leg.id, 'open');
        expect(await order(leg.id)).toMatchObject({ quantity: filledQuantity });
      }
      expect((await lifeOf(profit.id))[1]).toMatchObject({ to: 'accepted', reason: 'entry_ended' });
      const sale = { symbol: 'AAPL', side: 'sell', type: 'market', quantity: '1' };
      const more = await trader.post<Problem>('/api/orders', sale);
      expect(more).toMatchObject({ status: 422, body: { code: 'trading.insufficient_position' } });
      // Who cancels all of them wants none of them: not for what was bought in part either.
      const other = await place({
        ...{ symbol: 'MSFT', side: 'buy', type: 'market', quantity: '9000' },
        ...{ orderClass: 'bracket', ...pricesAround('MSFT') },
      });
      await until(other.id, 'partially_filled');
      const { body } = await trader.delete<Page<Order>>('/api/orders');
      expect(body.items.map(({ status }) => status)).toEqual(Array(5).fill('cancelled'));
    });

    it('oco: what the profit sells in part the stop sells no more, and the stop sells the rest', async () => {
      await give('9000000');
      const { id: bought } = await place({
        ...{ symbol: 'NVDA', side: 'buy', type: 'market', quantity: '6000' },
      });
      await until(bought, 'filled');
      const { id, legs } = await place({
        ...{ symbol: 'NVDA', side: 'sell', type: 'limit', quantity: '6000', orderClass: 'oco' },
        // In the market's reach: each tick takes what it bids for, 1,200 shares at most.
        takeProfit: { limitPrice: last('NVDA').times('0.9').toFixed(2) },
        stopLoss: { stopPrice: last('NVDA').times('0.5').toFixed(2) },
      });
      const stop = legs?.[0]?.id ?? '';
      await until(id, 'partially_filled');
      // The tick that reaches the stop is written down, as any tick's is, and its turn comes.
      const asOf = new Date(bourse.clock.nowMs());
      await bourse.app.get(WaitingOrdersRepository).touchStop(stop, asOf);
      const ended = await until(stop, 'filled');
      const profit = await order(id);
      expect(profit.status).toBe('cancelled');
      expect(money(profit.filledQuantity).plus(ended.filledQuantity).toFixed()).toBe('6000');
      expect(ended.quantity).toBe(ended.filledQuantity);
      const sold = await tradesOf(stop);
      expect(sumOf(sold.map(({ quantity }) => quantity)).toFixed()).toBe(ended.filledQuantity);
      const life = (await lifeOf(stop)).map(({ reason }) => reason);
      expect(life).toContain('other_leg_filled');
      expect((await lifeOf(id)).at(-1)).toMatchObject({ reason: 'other_leg_triggered' });
    });

    it('count as one order each', async () => {
      const body = { ...resting, orderClass: 'oto', takeProfit: { limitPrice: '2' } };
      for (let i = 0; i < MAX_WORKING_ORDERS; i += 1) await place(body);
      const refused = await trader.post<Problem>('/api/orders', body);
      expect(refused).toMatchObject({ status: 409, body: { code: 'trading.too_many_orders' } });
      const { body: all } = await trader.delete<Page<Order>>('/api/orders');
      expect(all.items).toHaveLength(2 * MAX_WORKING_ORDERS);
    });
  });

  it('are found by the id that their owner gave them, and by nobody else', async () => {
    const { id } = await place({ ...resting, client_order_id: 'my-order.1' });
    const path = '/api/orders/by-client-order-id';
    expect(await read<Order>(`${path}/my-order.1`)).toMatchObject({
      id,
      client_order_id: 'my-order.1',
    });
    const stranger = await bourse.trader();
    for (const [client, name] of [
      [stranger, 'my-order.1'],
      [trader, 'my-order.2'],
      [trader, '%00'],
      [trader, 'x'.repeat(65)],
    ] as const) {
      expect(await client.get<Problem>(`${path}/${name}`)).toMatchObject({
        status: 404,
        body: { code: 'trading.order_not_found' },
      });
    }
  });

  it('are cancelled together, of one symbol or all', async () => {
    const apple = [await place(resting), await place(resting)];
    const other = await place({ ...resting, symbol: 'MSFT' });
    const one = await trader.delete<Page<Order>>('/api/orders?symbol=aapl');
    expect(one.status).toBe(200);
    expect(one.body.items.map(({ id }) => id)).toEqual(apple.map(({ id }) => id));
    expect(new Set(one.body.items.map(({ status }) => status))).toEqual(new Set(['cancelled']));
    expect((await account()).reservedCash).toBe('10');
    const all = await trader.delete<Page<Order>>('/api/orders');
    expect(all.body.items.map(({ id }) => id)).toEqual([other.id]);
    expect((await account()).reservedCash).toBe('0');
    expect(await trader.delete('/api/orders')).toMatchObject({ status: 200, body: { items: [] } });
    expect((await trader.delete('/api/orders?symbol=!')).status).toBe(400);
  });

  it(`are at most ${MAX_WORKING_ORDERS} at once`, async () => {
    const answers = await Promise.all(
      Array.from({ length: MAX_WORKING_ORDERS + 5 }, () =>
        trader.post<Problem>('/api/orders', resting),
      ),
    );
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused).toHaveLength(5);
    for (const answer of refused) {
      expect(answer).toMatchObject({ status: 409, body: { code: 'trading.too_many_orders' } });
    }
    const { body } = await trader.delete<Page<Order>>('/api/orders');
    expect(body.items).toHaveLength(MAX_WORKING_ORDERS);
    expect((await trader.post('/api/orders', resting)).status).toBe(201);
    await trader.delete('/api/orders');
  });
});

describe('orders, with two API processes and no job delivered', () => {
  let backend: Backend;
  let here: Bourse;
  let there: Bourse;
  let trader: ApiClient;

  beforeAll(async () => {
    const [, kind] = BACKENDS;
    if (kind === undefined) throw new Error('no such backend');
    backend = await kind.create();
    here = await startOn(backend, WITHOUT_LIMITS);
    there = await startOn(backend, WITHOUT_LIMITS);
    for (const { app } of [here, there]) await app.get(OutboxRelay).beforeApplicationShutdown();
  });
  afterAll(async () => {
    for (const { close } of [here, there]) await close();
    await backend.remove();
  });
  beforeEach(async () => {
    trader = await here.trader();
  });

  it('are made once, however many identical requests come to both at once', async () => {
    const elsewhere = there.client();
    elsewhere.token = trader.token;
    const body = { ...resting, client_order_id: 'sent-again' };
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        (i % 2 === 0 ? trader : elsewhere).post<Order>('/api/orders', body),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body: { id } }) => id)).size).toBe(1);
    expect((await trader.get<Page<Order>>('/api/orders')).body.items).toHaveLength(1);
    expect((await elsewhere.get<Account>('/api/account')).body.reservedCash).toBe('10');
    const other = await elsewhere.post<Problem>('/api/orders', { ...body, quantity: '11' });
    expect(other).toMatchObject({ status: 422, body: { code: 'trading.client_order_id_reused' } });
  });

  it('meet the market in the order in which they were accepted, whichever job runs first', async () => {
    const ids: string[] = [];
    for (const symbol of ['AAPL', 'MSFT', 'KO', 'AAPL']) {
      const order = { symbol, side: 'buy', type: 'market', quantity: '1' };
      const { status, body } = await trader.post<Order>('/api/orders', order);
      expect(status).toBe(201);
      ids.push(body.id);
    }
    const [last, ...others] = ids.toReversed();
    // Its own job is to find out what is wrong with it; it is in nobody's way.
    const broken = others.pop() ?? '';
    await here.app.get(Database).sql.execute(sql`
      insert into order_transitions
      select (jsonb_populate_record(t, jsonb_build_object('version', t.version + 1))).*
      from order_transitions t where order_id = ${broken}`);
    const [one, two] = [here, there].map(({ app }) => app.get(OrderExecutionService));
    await Promise.all([
      one?.execute(last ?? ''),
      two?.execute(last ?? ''),
      one?.execute(ids[2] ?? ''),
    ]);
    const { body: trades } = await trader.get<Page<Trade>>('/api/trades');
    expect(trades.items.map(({ orderId }) => orderId)).toEqual([last, ...others]);
    await expect(one?.execute(broken)).rejects.toThrow();
  });

  it('are told of in order: what stands in the inbox comes by one stream of its user', async () => {
    const notifier = here.app.get(Notifier);
    for (const symbol of ['FIRST', 'SECOND']) {
      const data = {
        tradeId: '',
        orderId: '',
        symbol,
        side: 'buy',
        quantity: '1',
        price: '1',
      } as const;
      await notifier.notify([trader.user.id], { kind: 'order-filled', dedupeKey: symbol, data });
    }
    const { rows } = (await here.app.get(Database).sql.execute(sql`
      select payload -> 'notification' ->> 'title' as title from outbox
      where stream = ${`notifications:${trader.user.id}`} order by seq`)) as { rows: unknown[] };
    expect(rows).toEqual([{ title: 'Bought 1 FIRST' }, { title: 'Bought 1 SECOND' }]);
  });
});
