import { money, sumOf } from '../../src/kernel/money.js';
import type { Page } from '../../src/kernel/page.js';
import { type Order, type OrderTransition, type Trade } from '../../src/modules/trading/index.js';
import { slippedPrice } from '../../src/modules/trading/execution/paper/slippage.js';
import type { ApiClient } from './support/api-client.js';
import { BACKENDS, SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { expectExactLedgers, tradingDesk } from './support/trading-desk.js';

/** On a busy machine. */
const LATER = { timeoutMs: 90_000 };
const LATENCY_MS = 250;

jest.setTimeout(300_000);

describe.each(SERVERS)('paper fills on $name', (backend) => {
  let bourse: Bourse;
  let trader: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend, {
      MARKET_TICK_MS: '100',
      TRADING_SEED: 'e2e',
      TRADING_SLIPPAGE_BPS: '5',
      TRADING_SLIPPAGE_SIZE_BPS: '10',
      TRADING_SLIPPAGE_RANDOM_BPS: '3',
      TRADING_FEE_PER_SHARE: '0.005',
      TRADING_FEE_BPS: '1',
      TRADING_FEE_MINIMUM_PER_ORDER: '1',
      TRADING_FEE_SELL_BPS: '0.278',
      TRADING_LATENCY_MS: String(LATENCY_MS),
    });
  });
  afterAll(() => bourse.close());
  beforeEach(async () => {
    trader = await bourse.trader();
  });
  afterEach(() => expectExactLedgers(bourse));

  const { read, place, until, tradesOf, account } = tradingDesk(() => trader, LATER);

  it('carry what anybody needs to work them out again: quote, rule, slippage, fee, number', async () => {
    await trader.post('/api/account/deposits', { amount: '9000000' });
    const request = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '3000' };
    const name = 'drawn-by-its-name';
    const { id } = await place({ ...request, client_order_id: name });
    const order = await until(id, 'filled');
    const trades = await tradesOf(order.id);
    expect(trades.length).toBeGreaterThan(2);
    for (const { quantity, price, rule, slippage, quote, quoteAsOf } of trades) {
      expect(rule).toBe('market');
      const quoted = money(quote?.ask ?? 0);
      const expected = slippedPrice(
        { bps: money(5), sizeBps: money(10), randomBps: money(3) },
        {
          side: 'buy',
          quoted,
          limitPrice: undefined,
          shareOfSize: money(quantity).div(quote?.askSize ?? 0),
          drawnBy: ['e2e', name, quoteAsOf],
        },
      );
      expect(money(price).eq(expected)).toBe(true);
      expect(quoted.plus(slippage).eq(price)).toBe(true);
    }
    const numbers = trades.map(({ sequence }) => sequence);
    expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
    // 3,000 × 0.005 and 1 bp of what was paid, rounded up to a cent once.
    const paid = sumOf(trades.map(({ quantity, price }) => money(quantity).times(price)));
    const fee = paid.div(10_000).plus(15).toDecimalPlaces(2, 0);
    expect(order.fees).toBe(fee.toFixed());
    expect(sumOf(trades.map((trade) => trade.fee)).toFixed()).toBe(fee.toFixed());
    expect(await account()).toMatchObject({
      cash: money(9_100_000).minus(paid).minus(fee).toFixed(),
      reservedCash: '0',
      feesPaid: fee.toFixed(),
    });
    const history = await read<Page<OrderTransition>>(`/api/orders/${id}/history`);
    const told = history.items.flatMap(({ trade }) => trade ?? []).reverse();
    expect(told).toEqual(trades);
  });

  it('begin on a tick that the latency is over by, also of what may not wait', async () => {
    const request = { symbol: 'MSFT', side: 'buy', type: 'market', quantity: '1' };
    const { id, createdAt } = await place({ ...request, timeInForce: 'fok' });
    const [trade] = await tradesOf((await until(id, 'filled')).id);
    expect(Date.parse(trade?.quoteAsOf ?? '')).toBeGreaterThanOrEqual(
      Date.parse(createdAt) + LATENCY_MS,
    );
    const history = await read<Page<OrderTransition>>(`/api/orders/${id}/history`);
    const reasons = history.items.map(({ reason }) => reason);
    // On a busy machine the job may run so late that it is on its way no more.
    expect(reasons.filter((reason) => reason !== 'on_its_way')).toEqual(['fill', 'placed']);
    const hopeless = { ...request, type: 'limit', limitPrice: '1', timeInForce: 'ioc' };
    const missed = await place(hopeless);
    await until(missed.id, 'cancelled');
  });

  it('share out what a tick offers across accounts: never more than its size, and the first comer is first', async () => {
    const traders = await Promise.all([bourse.trader(), bourse.trader(), bourse.trader()]);
    const request = { symbol: 'NVDA', side: 'buy', type: 'market', quantity: '2000' };
    const orders: Order[] = [];
    for (const one of traders) {
      await one.post('/api/account/deposits', { amount: '9000000' });
      orders.push(await place(request, one));
    }
    const all: Trade[] = [];
    for (const [at, one] of traders.entries()) {
      await until(orders[at]?.id ?? '', 'filled', one);
      all.push(...(await read<Page<Trade>>('/api/trades?limit=200', one)).items);
    }
    for (const tick of new Set(all.map(({ quoteAsOf }) => quoteAsOf))) {
      const here = all.filter(({ quoteAsOf }) => quoteAsOf === tick);
      const taken = sumOf(here.map(({ quantity }) => quantity));
      expect(taken.lte(here[0]?.quote?.askSize ?? 0)).toBe(true);
    }
    const [first] = all.sort((one, other) => (one.quoteAsOf < other.quoteAsOf ? -1 : 1));
    expect(first?.orderId).toBe(orders[0]?.id);
  });

  it('cost a sale its minimum and what is taken of sales', async () => {
    const request = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '2' };
    await until((await place(request)).id, 'filled');
    const before = await account();
    expect(before.feesPaid).toBe('1');
    const sale = await place({ ...request, side: 'sell', quantity: '1' });
    const { fees } = await until(sale.id, 'filled');
    const [trade] = await tradesOf(sale.id);
    const got = money(trade?.price ?? 0);
    expect(fees).toBe(got.times('0.0000278').plus(1).toDecimalPlaces(2, 0).toFixed());
    expect(trade).toMatchObject({ fee: fees, rule: 'market' });
    expect(
      money(trade?.quote?.bid ?? 0)
        .minus(trade?.slippage ?? 0)
        .eq(got),
    ).toBe(true);
    const { cash } = await account();
    expect(cash).toBe(got.plus(before.cash).minus(fees).toFixed());
  });

  it('never spend more than the notional of an order, whatever slips on however many ticks', async () => {
    await trader.post('/api/account/deposits', { amount: '900000' });
    const request = { symbol: 'AAPL', side: 'buy', type: 'market', notional: '800000' };
    const placed = await place({ ...request, client_order_id: 'by-notional' });
    const order = await until(placed.id, 'filled');
    const trades = await tradesOf(order.id);
    expect(trades.length).toBeGreaterThan(1);
    const paid = sumOf(trades.map(({ quantity, price }) => money(quantity).times(price)));
    const left = money(800_000).minus(paid);
    expect(left.gte(0)).toBe(true);
    // The last fill takes less of its tick than it was priced for: it slips less by that.
    expect(left.lt(100)).toBe(true);
    expect(order.quantity).toBe(order.filledQuantity);
    const { cash, reservedCash } = await account();
    expect(cash).toBe(money(1_000_000).minus(paid).minus(order.fees).toFixed());
    expect(reservedCash).toBe('0');
    expect(await place({ ...request, client_order_id: 'by-notional' })).toEqual(placed);
    const other = { ...request, client_order_id: 'by-notional', notional: '800000.01' };
    expect((await trader.post('/api/orders', other)).status).toBe(422);
  });

  it('find what a limit buy holds back enough for its fee, and the rest free again', async () => {
    const limit = { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '1' };
    const { id } = await place(limit);
    // 10 × 1 and the minimum.
    const held = await account();
    expect(held).toMatchObject({ reservedCash: '11', availableCash: '99989' });
    expect((await trader.delete(`/api/orders/${id}`)).status).toBe(200);
    const free = await account();
    expect(free).toMatchObject({ reservedCash: '0', feesPaid: '0', availableCash: '100000' });
  });
});

describe.each(BACKENDS.slice(0, 1))('a stale quote, $name', (backend) => {
  // Long enough for the jobs of a busy machine to find what they are meant to find.
  const TICK_MS = 8_000;
  const STALE_MS = 3_000;
  let bourse: Bourse;

  beforeAll(async () => {
    bourse = await startBourse(backend, {
      MARKET_TICK_MS: String(TICK_MS),
      TRADING_STALE_QUOTE_MS: String(STALE_MS),
    });
  });
  afterAll(() => bourse.close());

  it('takes no order, and fills the one that is sent again once there is a quote', async () => {
    const trader = await bourse.trader();
    const { place, until } = tradingDesk(() => trader, LATER);
    // Half a second after the quote of this tick has become stale.
    const intoTickMs = bourse.clock.nowMs() % TICK_MS;
    bourse.clock.advance(TICK_MS - intoTickMs + STALE_MS + 500);
    const request = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' };
    expect(await trader.post('/api/orders', request)).toMatchObject({
      status: 409,
      body: { code: 'trading.stale_quote' },
    });
    bourse.clock.advance(TICK_MS - STALE_MS - 400);
    const { id } = await place(request);
    await until(id, 'filled');
    await expectExactLedgers(bourse);
  });
});
