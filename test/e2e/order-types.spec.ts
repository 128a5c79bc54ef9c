import fc from 'fast-check';
import { OutboxRelay } from '../../src/database/index.js';
import { money } from '../../src/kernel/money.js';
import type { Page } from '../../src/kernel/page.js';
import { currentOrNextSession, QuotesService } from '../../src/modules/market-data/index.js';
import { QuoteFeed } from '../../src/modules/market-data/quotes/quote-feed.js';
import type { Liquidation } from '../../src/modules/trading/closing/closing.dto.js';
import { OrderExecutionService } from '../../src/modules/trading/execution/order-execution.service.js';
import { MarginCheck } from '../../src/modules/trading/margin/margin-check.js';
import { StopPrices } from '../../src/modules/trading/execution/stop-prices.js';
import { type Account, type Order } from '../../src/modules/trading/index.js';
import { eventually } from '../support/eventually.js';
import { brokenPromises, EndedOrders } from '../support/paper-account/broken-promises.js';
import { atLeast, RUNS } from '../support/property-runs.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { offering, replayMarket } from './support/replay-market.js';
import { LASTING_SESSIONS, WITHOUT_LIMITS } from './support/settings.js';
import { TestClock } from './support/test-clock.js';
import { expectExactLedgers, LATER, tradingDesk } from './support/trading-desk.js';
import { TradedAccount, tradingHistories } from './support/trading-histories.js';

/** What one bar after the other trades at; bid and ask are a cent away. */
const market = replayMarket({
  UP: ['100.00', '104.00', '106.00', '105.00', '103.00', '107.00'],
  DOWN: ['100.00', '97.00', '94.00', '95.50', '96.00', '93.00'],
  HILL: ['100.00', '110.00', '106.00', '104.75', '104.50', '104.00'],
  FALL: ['100.00', '90.00', '90.00', '90.00', '90.00', '90.00'],
  RISE: ['100.00', '110.00', '120.00', '124.00', '124.00', '124.00'],
  DALE: ['100.00', '90.00', '94.00', '94.25', '94.50', '95.00'],
  PEAK: ['100.00', '98.00', '105.00', '111.00', '100.00', '94.00'],
  SLIDE: ['100.00', '98.00', '96.00', '94.00', '99.00', '112.00'],
  PARTS: ['100.00', '110.00', '94.00', '93.50', '93.50', '93.50'],
  STEPS: ['100.00', '101.00', '99.00', '98.00', '102.00', '97.00'],
  // Histories price these themselves.
  SWING: Array<string>(6).fill('100.00'),
  OTHER: Array<string>(6).fill('40.00'),
});

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const pricesByHour = (priceAt: (hour: number) => number) =>
  HOURS.map((hour) => priceAt(hour).toFixed(2));
/**
 * A bar an hour and 24 bars: the same prices at the same time of each day, a cent around them. In New York it is 9:30
 * at 14:30 UTC: UP is at 114.00 then, and at 120.00 at the close.
 */
const hourlyMarket = replayMarket(
  {
    UP: pricesByHour((hour) => 100 + hour),
    DOWN: pricesByHour((hour) => 123 - hour),
    FLAT: pricesByHour(() => 100),
  },
  3_600_000,
);
/** The Sunday evening before five sessions in winter; its bars begin a quarter past each hour. */
const FIRST_BAR_MS = Date.UTC(2031, 0, 6, 0, 15);

jest.setTimeout(RUNS > 0 ? 3_600_000 : 120_000);
afterAll(() => {
  for (const { remove } of [market, hourlyMarket]) remove();
});

describe.each(SERVERS)('trading sessions on $name', (backend) => {
  let bourse: Bourse;
  let trader: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(
      backend,
      {
        ...hourlyMarket.env,
        MARKET_TICK_MS: '100',
        TRADING_HOURS: 'exchange',
        ...LASTING_SESSIONS,
        ...WITHOUT_LIMITS,
      },
      new TestClock(FIRST_BAR_MS),
    );
  });
  afterAll(() => bourse.close());
  beforeEach(async () => {
    trader = await bourse.trader();
  });
  afterEach(() => expectExactLedgers(bourse));

  const goTo = (atMs: number) => bourse.clock.advance(atMs - bourse.clock.nowMs());
  const nextDay = () => currentOrNextSession(bourse.clock.nowMs() + 86_400_000);
  const place = (body: object) =>
    trader.post<Order & Pick<Problem, 'code'>>('/api/orders', {
      symbol: 'UP',
      side: 'buy',
      quantity: '1',
      ...body,
    });
  const desk = tradingDesk(() => trader);
  const { order, until, tradesOf, account } = desk;
  const tradeOf = async (id: string) => (await tradesOf(id)).at(-1);

  it('are kept: orders wait for the one they are meant for, and trade then', async () => {
    const { openMs, closeMs } = nextDay();
    const open = new Date(openMs).toISOString();
    const close = new Date(closeMs).toISOString();

    // 1:30 in the night in New York: the ask is 106.01.
    goTo(openMs - 8 * 3_600_000);
    const limit = { type: 'limit', limitPrice: '150' };
    const { body: market } = await place({ type: 'market' });
    const { body: early } = await place({ ...limit, extendedHours: true });
    const { body: regular } = await place(limit);
    const { body: auctioned } = await place({ type: 'market', timeInForce: 'opg' });
    const { body: tooLow } = await place({ type: 'limit', limitPrice: '114', timeInForce: 'opg' });
    const byNotional = { type: 'market', quantity: undefined, notional: '900', timeInForce: 'day' };
    const { body: small } = await place({ ...byNotional, client_order_id: 'small' });
    expect(auctioned).toMatchObject({ worksFrom: open, timeInForce: 'opg' });
    for (const { id } of [market, early, regular, auctioned, tooLow]) {
      await until(id, { status: 'open', filledQuantity: '0' });
    }
    // 900 / 106.01 = 8.4897651…: what it buys, the quote of its turn decides.
    expect(small).toMatchObject({ notional: '900', quantity: '8.489765' });
    const { body: changed } = await trader.patch<Order>(`/api/orders/${small.id}`, {
      notional: '1000',
    });
    expect(changed).toMatchObject({ notional: '1000', replaces: small.id });
    expect((await desk.lifeOf(market.id)).at(-1)).toMatchObject({
      to: 'open',
      reason: 'waiting_for_session',
    });
    for (const [body, code] of [
      [{ type: 'market', timeInForce: 'ioc' }, 'market_closed'],
      [{ ...limit, timeInForce: 'fok' }, 'market_closed'],
      [{ type: 'market', extendedHours: true }, 'bad_extended_hours'],
    ] as const) {
      expect(await place(body)).toMatchObject({ status: 422, body: { code: `trading.${code}` } });
    }

    // 4:30: the early hours.
    goTo(openMs - 5 * 3_600_000);
    await until(early.id, { status: 'filled', averageFillPrice: '109.01' });
    for (const { id } of [market, regular, auctioned]) await until(id, { status: 'open' });
    goTo(openMs - 60_000);
    expect(await place({ type: 'market', timeInForce: 'opg' })).toMatchObject({
      status: 422,
      body: { code: 'trading.too_late_for_auction' },
    });
    const change = await trader.patch<Problem>(`/api/orders/${auctioned.id}`, { quantity: '2' });
    expect(change).toMatchObject({ status: 422, body: { code: 'trading.too_late_for_auction' } });

    goTo(openMs);
    for (const { id } of [market, regular, auctioned]) {
      await until(id, { status: 'filled', averageFillPrice: '114.01' });
    }
    // 1,000 / 114.01 = 8.7711604….
    const bought = { quantity: '8.77116', filledQuantity: '8.77116', averageFillPrice: '114.01' };
    await until(changed.id, { status: 'filled', ...bought });
    // Sent again, it answers as the first time.
    expect((await place({ ...byNotional, client_order_id: 'small' })).body).toEqual(small);
    // All of the auction trade by the quote of its moment.
    expect(await tradeOf(auctioned.id)).toMatchObject({ price: '114.01', quoteAsOf: open });
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
    expect(await tradeOf(last.id)).toMatchObject({ price: '120.01', quoteAsOf: close });
    // 100,000 − 109.01 − 3 × 114.01 − 8.77116 × 114.01 − 120.01.
    expect(await account()).toMatchObject({ cash: '98428.9500484', reservedCash: '0' });
  });

  it('end days: day, gtd, gtc, cls and the late hours trade at the first price that is theirs, and not after their end', async () => {
    const { openMs, closeMs } = nextDay();
    const minutes = (count: number) => count * 60_000;
    goTo(openMs);
    await desk.trade('buy', 'UP', '20');
    const sale = { side: 'sell', type: 'limit', quantity: '10' };
    const purchase = { symbol: 'DOWN', side: 'buy', type: 'limit', quantity: '10' };
    const until20to = (ms: number) => ({
      timeInForce: 'gtd',
      limitPrice: '103.5',
      expiresAt: new Date(closeMs - ms).toISOString(),
    });
    const late = { ...purchase, limitPrice: '101.5' };
    const orders = {
      daySale: { ...sale, limitPrice: '118', timeInForce: 'day' },
      closeSale: { ...sale, limitPrice: '119.99', quantity: '5', timeInForce: 'cls' },
      dearCloseSale: { ...sale, limitPrice: '120', quantity: '5', timeInForce: 'cls' },
      dayBuy: { ...purchase, limitPrice: '106.5', timeInForce: 'day' },
      missedDay: { ...late, timeInForce: 'day' },
      missedGtd: { ...purchase, ...until20to(minutes(50)) },
      gtd: { ...purchase, ...until20to(minutes(30)) },
      lateDay: { ...late, timeInForce: 'day', extendedHours: true },
      lateGtc: { ...late, timeInForce: 'gtc', extendedHours: true },
      gtc: { ...late, timeInForce: 'gtc' },
    };
    const ids = new Map<keyof typeof orders, string>();
    for (const [name, body] of Object.entries(orders)) {
      const { id } = await desk.place({ symbol: 'UP', ...body });
      await until(id, 'open');
      ids.set(name as keyof typeof orders, id);
    }
    const idOf = (name: keyof typeof orders) => ids.get(name) ?? '';
    const filled = (name: keyof typeof orders, averageFillPrice: string) =>
      until(idOf(name), { status: 'filled', averageFillPrice });

    // 12:20: DOWN is at 106.
    goTo(openMs + minutes(170));
    await filled('dayBuy', '106.01');
    // 14:20: UP is at 119.
    goTo(openMs + minutes(290));
    await filled('daySale', '118.99');
    // 15:20: DOWN is at 103, as long as one may still trade, and ten minutes after the end of the other.
    goTo(closeMs - minutes(40));
    await filled('gtd', '103.01');
    await until(idOf('missedGtd'), { status: 'expired', filledQuantity: '0' });
    // UP is at 120.
    goTo(closeMs);
    await filled('closeSale', '119.99');
    await until(idOf('dearCloseSale'), { status: 'cancelled', filledQuantity: '0' });
    await until(idOf('missedDay'), { status: 'expired', filledQuantity: '0' });
    // 17:20: DOWN is at 101.
    goTo(closeMs + minutes(80));
    await filled('lateDay', '101.01');
    await filled('lateGtc', '101.01');
    expect(await order(idOf('gtc'))).toMatchObject({ status: 'open', filledQuantity: '0' });
    // 100,000 − 20 × 114.01 + 10 × 118.99 + 5 × 119.99 − 10 × (106.01 + 103.01 + 101.01 + 101.01).
    expect(await account()).toMatchObject({ cash: '95399.25', reservedCash: '1015' });
    await trader.delete('/api/orders');
  });

  it('give an auction a minute: whose turn comes later trades by its quote still, or has expired', async () => {
    const { openMs, closeMs } = nextDay();
    const auction = { type: 'market', timeInForce: 'opg' };
    goTo(openMs - 3_600_000);
    const { body: inTime } = await place(auction);
    await until(inTime.id, { status: 'open' });
    // Later than any quote is fresh.
    goTo(openMs + 20_000);
    await until(inTime.id, { status: 'filled' });
    const quoteAsOf = new Date(openMs).toISOString();
    expect(await tradeOf(inTime.id)).toMatchObject({ price: '114.01', quoteAsOf });

    goTo(closeMs - 3_600_000);
    const { body: tooLate } = await place({ ...auction, timeInForce: 'cls' });
    await until(tooLate.id, { status: 'open' });
    goTo(closeMs + 60_000);
    await until(tooLate.id, { status: 'expired', filledQuantity: '0' });
    expect((await account()).reservedCash).toBe('0');
  });

  it('hold for short sales and trailing stops too: auctions are sold short in, and a mark comes with the first trade', async () => {
    const { openMs, closeMs } = nextDay();
    await trader.patch('/api/account/settings', { shortSelling: true });
    goTo(openMs - 3_600_000);
    const short = { symbol: 'DOWN', side: 'sell', type: 'market', quantity: '10' };
    const { body: atOpen } = await place({ ...short, timeInForce: 'opg' });
    expect(await place({ ...short, timeInForce: 'ioc' })).toMatchObject({
      status: 422,
      body: { code: 'trading.market_closed' },
    });
    const trailing = { symbol: 'FLAT', type: 'trailing_stop', trailPercent: '20' };
    const { body: trails } = await place(trailing);
    // One that is sold short as well: it sells what nobody holds.
    const { body: shortTrails } = await place({ ...trailing, symbol: 'UP', side: 'sell' });
    for (const { id } of [atOpen, trails, shortTrails]) {
      await until(id, { status: 'open', waterMark: null, stopPrice: null });
    }
    goTo(openMs);
    await until(atOpen.id, { status: 'filled', averageFillPrice: '108.99' });
    // 150 % of what it brought.
    expect((await account()).collateral).toBe('1634.85');
    for (const [{ id }, waterMark, stopPrice] of [
      [trails, '100.00', '120.00'],
      [shortTrails, '114.00', '91.20'],
    ] as const) {
      await until(id, { status: 'open', triggeredAt: null, waterMark, stopPrice });
    }
    await trader.delete('/api/orders');
    const cover = { ...short, side: 'buy', timeInForce: 'cls' };
    const { body: atClose } = await place(cover);
    // More than is owed would come to hold shares.
    expect((await place({ ...cover, quantity: '1' })).body.code).toBe('trading.opposite_order');
    goTo(closeMs);
    await until(atClose.id, { status: 'filled', averageFillPrice: '103.01' });
    // 100,000 + 10 × 108.99 − 10 × 103.01.
    expect(await account()).toMatchObject({ cash: '100059.8', collateral: '0' });
  });
});

describe.each(SERVERS)('order types on $name', (backend) => {
  let bourse: Bourse;
  let trader: ApiClient;
  let toBar: (index: number) => void;

  beforeAll(async () => {
    bourse = await startBourse(backend, {
      ...market.env,
      MARKET_TICK_MS: '100',
      // A test gives a bar one quote with sizes.
      TRADING_STALE_QUOTE_MS: '3600000',
      ...LASTING_SESSIONS,
      ...WITHOUT_LIMITS,
    });
  });
  afterAll(() => bourse.close());
  beforeEach(async () => {
    ({ toBar } = market.start(bourse));
    trader = await bourse.trader();
  });
  afterEach(() => expectExactLedgers(bourse));

  const desk = tradingDesk(() => trader);
  const { read, place, replace, order, until, account, positions } = desk;
  const refuse = (body: object) => desk.refusal('/api/orders', body);
  /** What led to each step, with the last trade that decided it. */
  const lifeOf = async (id: string) =>
    (await desk.lifeOf(id)).map(({ to, reason, quote }) => [to, reason, quote?.last ?? null]);
  const hold = (symbol: string) => desk.trade('buy', symbol, '10');

  /** Its trades, as `quantity @ price`. */
  const partsOf = async (id: string) =>
    (await desk.tradesOf(id)).map(({ quantity, price }) => `${quantity} @ ${price}`);

  it('market, limit: bar by bar what each offers, the market order first; what is replaced or cancelled trades no more', async () => {
    const each = { '100.00': '100', '101.00': '100', '99.00': '100' };
    const sized = offering(bourse, 'STEPS', {
      ...each,
      ...{ '98.00': '100', '102.00': '100', '97.00': '100' },
    });
    try {
      const buy = { symbol: 'STEPS', side: 'buy' };
      const limit = await place({ ...buy, type: 'limit', limitPrice: '99.05', quantity: '150' });
      await until(limit.id, { status: 'open' });
      expect((await account()).reservedCash).toBe('14857.5');
      const bought = await place({ ...buy, type: 'market', quantity: '250' });
      await until(bought.id, { status: 'partially_filled', filledQuantity: '100' });
      toBar(1);
      await until(bought.id, { filledQuantity: '200' });
      expect(await order(limit.id)).toMatchObject({ status: 'open', filledQuantity: '0' });
      toBar(2);
      // 25,052.50 / 250.
      await until(bought.id, { status: 'filled', averageFillPrice: '100.21' });
      await until(limit.id, { status: 'partially_filled', filledQuantity: '50' });
      toBar(3);
      await until(limit.id, { status: 'filled' });
      expect(await partsOf(bought.id)).toEqual(['100 @ 100.01', '100 @ 101.01', '50 @ 99.01']);
      expect(await partsOf(limit.id)).toEqual(['50 @ 99.01', '100 @ 98.01']);
      // 100,000 − 25,052.50 − 14,751.50.
      expect(await account()).toMatchObject({ cash: '60196', reservedCash: '0' });

      const sell = { symbol: 'STEPS', side: 'sell' };
      const dear = await place({ ...sell, type: 'limit', limitPrice: '101.5', quantity: '150' });
      await until(dear.id, { status: 'open' });
      toBar(4);
      await until(dear.id, { status: 'partially_filled', averageFillPrice: '101.99' });
      const cheap = await replace(dear.id, { limitPrice: '96.5' });
      expect(cheap).toMatchObject({ quantity: '50', replaces: dear.id });
      await until(cheap.id, { status: 'open' });
      toBar(5);
      await until(cheap.id, { status: 'filled', averageFillPrice: '96.99' });
      // The other half of what this bar takes.
      const rest = await place({ ...sell, type: 'market', quantity: '80' });
      await until(rest.id, { status: 'partially_filled', filledQuantity: '50' });
      expect((await trader.delete(`/api/orders/${rest.id}`)).status).toBe(200);
      expect(await order(dear.id)).toMatchObject({ status: 'replaced', filledQuantity: '100' });
      expect(await partsOf(rest.id)).toEqual(['50 @ 96.99']);
      // 60,196 + 100 × 101.99 + 2 × 50 × 96.99; the 200 shares that were bought first had cost 20,102.
      expect(await account()).toMatchObject({ cash: '80094', reservedCash: '0' });
      expect(await positions()).toMatchObject([{ quantity: '200', realizedPnl: '-204' }]);
    } finally {
      sized.end();
    }
  });

  it('a stale quote: who waits does not trade on it, however good, and trades on the next that is fresh', async () => {
    const admin = await bourse.admin();
    const sized = offering(bourse, 'STEPS', { '100.00': '100', '98.00': '100', '97.00': '100' });
    const halt = '/api/admin/trading/halts/STEPS';
    try {
      const buy = { symbol: 'STEPS', side: 'buy', quantity: '10' };
      const { id } = await place({ ...buy, type: 'limit', limitPrice: '98.5' });
      await until(id, 'open');
      // An hour and a moment pass before anybody may trade by the 98.01 of this bar.
      expect((await admin.send('PUT', halt, { reason: 'News pending' })).status).toBe(200);
      toBar(3);
      const { ask, asOf } = bourse.app.get(QuotesService).currentQuote('STEPS');
      expect(ask).toBe('98.01');
      bourse.clock.advance(3_601_000);
      expect((await admin.delete(halt)).status).toBe(204);
      expect(bourse.app.get(QuotesService).currentQuote('STEPS').asOf).toBe(asOf);
      await bourse.app.get(OrderExecutionService).execute(id);
      expect(await order(id)).toMatchObject({ status: 'open', filledQuantity: '0' });
      expect(await refuse({ ...buy, type: 'market' })).toEqual([409, 'trading.stale_quote']);
      toBar(5);
      await until(id, { status: 'filled', averageFillPrice: '97.01' });
      expect(await partsOf(id)).toEqual(['10 @ 97.01']);
    } finally {
      sized.end();
      await admin.delete(halt);
    }
  });

  it('ioc, fok: of 100 shares that a bar offers what is there at once, or all, or nothing', async () => {
    const sized = offering(bourse, 'STEPS', { '100.00': '100', '101.00': '100', '99.00': '100' });
    /** What has become of it. */
    const atOnce = async (words: string, limitPrice?: string): Promise<unknown> => {
      const [timeInForce, side, quantity] = words.split(' ');
      const type = limitPrice === undefined ? 'market' : 'limit';
      const body = { symbol: 'STEPS', side, type, quantity, timeInForce, limitPrice };
      const { id } = await place(body);
      const { status } = await eventually(async () => {
        const found = await order(id);
        expect(['filled', 'cancelled']).toContain(found.status);
        return found;
      }, LATER);
      return [status, ...(await partsOf(id))];
    };
    try {
      expect(await atOnce('ioc buy 10', '100')).toEqual(['cancelled']);
      expect(await atOnce('ioc buy 150')).toEqual(['cancelled', '100 @ 100.01']);
      toBar(1);
      expect(await atOnce('fok buy 101', '101.5')).toEqual(['cancelled']);
      expect(await atOnce('ioc buy 60', '101.01')).toEqual(['filled', '60 @ 101.01']);
      expect(await atOnce('fok buy 41')).toEqual(['cancelled']);
      expect(await atOnce('fok buy 40')).toEqual(['filled', '40 @ 101.01']);
      toBar(2);
      expect(await atOnce('fok sell 70', '99')).toEqual(['cancelled']);
      expect(await atOnce('fok sell 70', '98.99')).toEqual(['filled', '70 @ 98.99']);
      expect(await atOnce('ioc sell 50')).toEqual(['cancelled', '30 @ 98.99']);
    } finally {
      sized.end();
    }
    // 100,000 − 100 × 100.01 − 100 × 101.01 + 100 × 98.99.
    expect(await account()).toMatchObject({ cash: '89797', reservedCash: '0' });
  });

  it('parts of a share: a limit buy and a stop, to the last digit', async () => {
    const buy = { symbol: 'UP', side: 'buy' };
    const limit = { ...buy, type: 'limit', limitPrice: '100.5', quantity: '0.123456' };
    await until((await place(limit)).id, { status: 'filled', averageFillPrice: '100.01' });
    // 100,000 − 0.123456 × 100.01.
    expect(await account()).toMatchObject({ cash: '99987.65316544' });
    const stop = await place({ ...buy, type: 'stop', stopPrice: '105', quantity: '0.5' });
    await until(stop.id, { status: 'open' });
    toBar(2);
    await until(stop.id, { status: 'filled', averageFillPrice: '106.01' });
    expect(await account()).toMatchObject({ cash: '99934.64816544', reservedCash: '0' });
    expect(await positions()).toMatchObject([{ quantity: '0.623456' }]);
  });

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

  it('stop_limit: a sale waits for its limit once its stop was reached', async () => {
    await hold('DOWN');
    const sale = { symbol: 'DOWN', side: 'sell', type: 'stop_limit', quantity: '10' };
    const { id } = await place({ ...sale, stopPrice: '96.5', limitPrice: '95' });
    await until(id, { status: 'open' });
    // 97: above the stop, and a limit order would sell at 96.99.
    toBar(1);
    expect(await order(id)).toMatchObject({ filledQuantity: '0', triggeredAt: null });
    toBar(2);
    await eventually(async () => expect((await order(id)).triggeredAt).not.toBeNull(), LATER);
    expect(await order(id)).toMatchObject({ status: 'open', filledQuantity: '0' });
    toBar(3);
    await until(id, { status: 'filled', averageFillPrice: '95.49' });
    // 100,000 − 10 × 100.01 + 10 × 95.49.
    expect(await account()).toMatchObject({ cash: '99954.8', reservedCash: '0' });
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

  it.each([
    // 90 × 1.05 = 94.50: 94.25 is below it.
    [{ trailPercent: '5' }, '105.00', '94.50', 4, '94.51'],
    // 90 + 4.25 = 94.25.
    [{ trailAmount: '4.25' }, '104.25', '94.25', 3, '94.26'],
  ])(
    'trailing_stop: a buy by %j follows the lowest trade from a stop of %s to one of %s',
    async (trail, first, stopPrice, bar, ask) => {
      const trailing = { symbol: 'DALE', side: 'buy', type: 'trailing_stop', quantity: '10' };
      const { id } = await place({ ...trailing, ...trail });
      await until(id, { status: 'open', waterMark: '100.00', stopPrice: first });
      toBar(1);
      await until(id, { waterMark: '90.00', stopPrice });
      for (let i = 2; i < bar; i += 1) toBar(i);
      expect(await order(id)).toMatchObject({ status: 'open', waterMark: '90.00' });
      toBar(bar);
      await until(id, { status: 'filled', averageFillPrice: ask });
    },
  );

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

  it('by notional: a buy spends at most that, a sale brings at most that, to the last digit', async () => {
    const order = { symbol: 'UP', side: 'buy', type: 'market', notional: '1000' };
    const { id } = await place(order);
    // 1,000 / 100.01 = 9.9990000999…, which cost 999.99999.
    await until(id, { status: 'filled', quantity: '9.999', filledQuantity: '9.999' });
    expect(await account()).toMatchObject({ cash: '99000.00001', reservedCash: '0' });
    const sale = await place({ ...order, side: 'sell', notional: '500' });
    // 500 / 99.99 = 5.00050005, which bring 499.999995 for 5.0005 shares.
    await until(sale.id, { status: 'filled', notional: '500', filledQuantity: '5.0005' });
    expect(await account()).toMatchObject({ cash: '99500.000005', availableCash: '99500.000005' });
    expect(await refuse({ ...order, side: 'sell', notional: '499.93' })).toEqual([
      422,
      'trading.insufficient_position',
    ]);
    expect(await refuse({ ...order, notional: '99500.01' })).toEqual([
      422,
      'trading.insufficient_funds',
    ]);
  });

  it.each([
    [{ quantity: '1', notional: '100' }, 422, 'trading.bad_order_size'],
    [{}, 422, 'trading.bad_order_size'],
    [{ notional: '100.001' }, 400, 'request.invalid'],
    [{ type: 'limit', limitPrice: '99', notional: '100' }, 400, 'request.invalid'],
  ])('one has a quantity or a notional: %j is refused', async (body, status, code) => {
    const order = { symbol: 'UP', side: 'buy', type: 'market', ...body };
    expect(await refuse(order)).toEqual([status, code]);
  });

  describe('groups', () => {
    const bracketOf = (symbol: string, more: object = {}) => ({
      symbol,
      side: 'buy',
      type: 'market',
      quantity: '10',
      orderClass: 'bracket',
      takeProfit: { limitPrice: '110' },
      stopLoss: { stopPrice: '95' },
      ...more,
    });

    /** Of its legs: the take-profit, if it has one, and the stop. */
    const idsOf = ({ legs }: Order): [string, string] => {
      const [one, other] = legs ?? [];
      if (!one) throw new Error('no legs');
      return [one.id, other?.id ?? 'none'];
    };

    it('bracket: the legs wait for the entry; the profit is taken, and the stop ends with it', async () => {
      const placed = await place(bracketOf('PEAK', { type: 'limit', limitPrice: '99' }));
      const [profit, stop] = placed.legs ?? [];
      if (!profit || !stop) throw new Error('no legs');
      expect(placed).toMatchObject({
        orderClass: 'bracket',
        groupRole: 'entry',
        groupId: placed.id,
      });
      expect(profit).toMatchObject({
        ...{ groupId: placed.id, groupRole: 'take_profit', status: 'held' },
        ...{ side: 'sell', type: 'limit', limitPrice: '110.00', quantity: '10' },
      });
      expect(stop).toMatchObject({
        ...{ groupId: placed.id, groupRole: 'stop_loss', status: 'held' },
        ...{ side: 'sell', type: 'stop', stopPrice: '95.00', quantity: '10' },
      });
      await until(placed.id, { status: 'open' });
      // The last trade is 98.00, the ask 98.01.
      toBar(1);
      await until(placed.id, { status: 'filled', averageFillPrice: '98.01' });
      await until(profit.id, { status: 'open' });
      await until(stop.id, { status: 'open' });
      toBar(2);
      // 105: neither 110 nor 95.
      toBar(3);
      // The bid is 110.99.
      await until(profit.id, { status: 'filled', averageFillPrice: '110.99' });
      await until(stop.id, { status: 'cancelled', filledQuantity: '0' });
      // 100,000 − 980.10 + 1,109.90.
      expect(await account()).toMatchObject({ cash: '100129.8', reservedCash: '0' });
      expect(await lifeOf(profit.id)).toEqual([
        ['held', 'placed', null],
        ['accepted', 'entry_filled', '98.00'],
        ['open', 'waiting', '98.00'],
        ['filled', 'fill', '111.00'],
      ]);
      expect(await lifeOf(stop.id)).toEqual([
        ['held', 'placed', null],
        ['accepted', 'entry_filled', '98.00'],
        ['open', 'waiting', '98.00'],
        ['cancelled', 'other_leg_filled', '111.00'],
      ]);
    });

    it('bracket: the stop sells, once, and the profit ends with it; sent again it answers the same', async () => {
      const request = { ...bracketOf('SLIDE'), client_order_id: 'my-bracket' };
      const placed = await place(request);
      const [profit, stop] = idsOf(placed);
      await until(placed.id, { status: 'filled', averageFillPrice: '100.01' });
      await until(stop, { status: 'open' });
      expect(await place(request)).toEqual(placed);
      expect(await refuse({ ...request, stopLoss: { stopPrice: '94' } })).toEqual([
        422,
        'trading.client_order_id_reused',
      ]);
      // 98, 96, then 94: the bid is 93.99.
      for (const bar of [1, 2]) toBar(bar);
      expect(await order(stop)).toMatchObject({ status: 'open', triggeredAt: null });
      toBar(3);
      await until(stop, { status: 'filled', filledQuantity: '10', averageFillPrice: '93.99' });
      expect(await order(profit)).toMatchObject({ status: 'cancelled', filledQuantity: '0' });
      expect((await lifeOf(profit)).at(-1)).toEqual(['cancelled', 'other_leg_triggered', '94.00']);
      // 112 would have been above the take-profit: nothing is left to sell.
      toBar(5);
      // 100,000 − 1,000.10 + 939.90.
      expect(await account()).toMatchObject({ cash: '99939.8', reservedCash: '0' });
      expect(await place(request)).toEqual(placed);
      expect(await read<Order>('/api/orders/by-client-order-id/my-bracket')).toMatchObject({
        status: 'filled',
        legs: [{ status: 'cancelled' }, { status: 'filled' }],
      });
    });

    it('oco: both legs sell one holding, and the one that is reached sells it', async () => {
      await hold('HILL');
      const request = {
        ...{ symbol: 'HILL', side: 'sell', type: 'limit', quantity: '10', orderClass: 'oco' },
        ...{ takeProfit: { limitPrice: '109' }, stopLoss: { stopPrice: '95', limitPrice: '94' } },
        client_order_id: 'my-oco',
      };
      const placed = await place(request);
      expect(placed).toMatchObject({
        ...{ status: 'accepted', limitPrice: '109.00', groupRole: 'take_profit' },
        legs: [{ status: 'accepted', type: 'stop_limit', stopPrice: '95.00', limitPrice: '94.00' }],
      });
      const [stop] = idsOf(placed);
      const sale = { symbol: 'HILL', side: 'sell', type: 'market', quantity: '1' };
      expect(await refuse(sale)).toEqual([422, 'trading.insufficient_position']);
      // Who cancels one of them cancels the other, and the shares are free again.
      expect((await trader.delete(`/api/orders/${stop}`)).status).toBe(200);
      expect(await order(placed.id)).toMatchObject({
        status: 'cancelled',
        legs: [{ status: 'cancelled' }],
      });
      expect(await place(request)).toEqual(placed);
      const again = await place({ ...request, client_order_id: 'another' });
      const [other] = idsOf(again);
      await until(other, { status: 'open' });
      // The bid is 109.99.
      toBar(1);
      await until(again.id, { status: 'filled', averageFillPrice: '109.99' });
      expect(await order(other)).toMatchObject({ status: 'cancelled', filledQuantity: '0' });
      // 100,000 − 1,000.10 + 1,099.90.
      expect(await account()).toMatchObject({ cash: '100099.8' });
    });

    it('oto: the entry triggers its one leg, a trailing stop of the day', async () => {
      // Whatever the hour that the tests run at, no close comes before the next bar: the day of the entry would be over.
      const hasDayLeft = () => {
        const nowMs = bourse.clock.nowMs();
        return currentOrNextSession(nowMs).closeMs > nowMs + 2 * market.barMs;
      };
      while (!hasDayLeft()) ({ toBar } = market.start(bourse));
      const placed = await place({
        ...{ symbol: 'HILL', side: 'buy', type: 'stop', stopPrice: '104', quantity: '10' },
        ...{ orderClass: 'oto', stopLoss: { trailAmount: '5' }, timeInForce: 'day' },
      });
      const [stop] = idsOf(placed);
      await until(placed.id, { status: 'open' });
      expect(await order(stop)).toMatchObject({ status: 'held', expiresAt: null });
      toBar(1);
      await until(placed.id, { status: 'filled', averageFillPrice: '110.01' });
      // It trails from the trade of the moment on: 110 − 5.
      const leg = await until(stop, { status: 'open', waterMark: '110.00', stopPrice: '105.00' });
      expect(leg.expiresAt).toBe(
        new Date(currentOrNextSession(bourse.clock.nowMs()).closeMs).toISOString(),
      );
      // A bar lasts for hours: its day would be over.
      expect((await trader.delete<Page<Order>>('/api/orders')).body.items).toMatchObject([
        { id: stop, status: 'cancelled' },
      ]);
      // 104.00 is traded, and the ask is 104.01.
      const other = await place({
        ...{ symbol: 'UP', side: 'buy', type: 'market', quantity: '10' },
        ...{ orderClass: 'oto', takeProfit: { limitPrice: '106.5' } },
      });
      const [profit] = idsOf(other);
      await until(profit, { status: 'open' });
      // 106, 105, 103, and 107: a bid of 106.99.
      for (const bar of [2, 3, 4]) toBar(bar);
      expect(await order(profit)).toMatchObject({ status: 'open' });
      toBar(5);
      await until(profit, { status: 'filled', averageFillPrice: '106.99' });
    });

    it('are replaced without coming apart: the entry with its legs, and each leg', async () => {
      const placed = await place(bracketOf('PEAK', { type: 'limit', limitPrice: '99' }));
      const [profit, stop] = idsOf(placed);
      const entry = await replace(placed.id, { quantity: '20', limitPrice: '98.5' });
      expect(entry).toMatchObject({ groupId: placed.id, orderClass: 'bracket', legs: null });
      for (const leg of [profit, stop]) {
        expect(await order(leg)).toMatchObject({ status: 'held', quantity: '20' });
      }
      const badly = async (id: string, change: object) =>
        (await trader.patch<Problem>(`/api/orders/${id}`, change)).body.code;
      expect(await badly(entry.id, { limitPrice: '94' })).toBe('trading.bad_stop_loss');
      expect(await badly(profit, { limitPrice: '98.5' })).toBe('trading.bad_take_profit');
      expect(await badly(stop, { quantity: '10' })).toBe('trading.bad_replacement');
      const heldProfit = await replace(profit, { limitPrice: '112' });
      expect(heldProfit).toMatchObject({ status: 'held', replaces: profit, quantity: '20' });
      expect((await order(entry.id)).legs).toMatchObject([{ id: stop }, { id: heldProfit.id }]);
      toBar(1);
      await until(entry.id, { status: 'filled', filledQuantity: '20', averageFillPrice: '98.01' });
      await until(heldProfit.id, { status: 'open' });
      const nearer = await replace(heldProfit.id, { limitPrice: '111', client_order_id: 'nearer' });
      const change = { stopPrice: '96', client_order_id: 'higher' };
      const higher = await replace(stop, change);
      await until(higher.id, { status: 'open', stopPrice: '96.00' });
      expect(await replace(stop, change)).toEqual(higher);
      expect(await badly(higher.id, { stopPrice: '111' })).toBe('trading.bad_take_profit');
      // 105, 111 (a bid of 110.99), 100, and 94: a bid of 93.99.
      for (const bar of [2, 3, 4, 5]) toBar(bar);
      await until(higher.id, { status: 'filled', filledQuantity: '20', averageFillPrice: '93.99' });
      expect(await order(nearer.id)).toMatchObject({ status: 'cancelled', filledQuantity: '0' });
    });

    it('end with their entry, with a leg, with their symbol, and before their position is closed', async () => {
      const resting = bracketOf('PEAK', { type: 'limit', limitPrice: '97' });
      const ends: [(legs: readonly string[], id: string) => string, object][] = [
        [(_, id) => `/api/orders/${id}`, {}],
        [([profit]) => `/api/orders/${profit}`, {}],
        [() => '/api/orders?symbol=PEAK', { stopLoss: { trailPercent: '5' } }],
      ];
      for (const [path, more] of ends) {
        const placed = await place({ ...resting, ...more });
        const legs = idsOf(placed);
        expect((await trader.delete(path(legs, placed.id))).status).toBe(200);
        for (const id of [placed.id, ...legs]) {
          expect(await order(id)).toMatchObject({ status: 'cancelled' });
        }
        expect(await account()).toMatchObject({ reservedCash: '0' });
      }
      const bought = await place(bracketOf('PEAK'));
      const [profit, stop] = idsOf(bought);
      await until(stop, { status: 'open' });
      const closing = await trader.delete<Order>('/api/positions/PEAK');
      await until(closing.body.id, { status: 'filled', averageFillPrice: '99.99' });
      for (const id of [profit, stop])
        expect(await order(id)).toMatchObject({ status: 'cancelled' });
    });

    it('wait while their symbol is halted: what is reached meanwhile sells once it is resumed, and only one of them', async () => {
      const admin = await bourse.admin();
      const resting = await place(bracketOf('PEAK', { type: 'limit', limitPrice: '96' }));
      const bought = await place(bracketOf('PEAK'));
      const [profit, stop] = idsOf(bought);
      for (const id of [resting.id, profit, stop]) await until(id, { status: 'open' });
      const path = '/api/admin/trading/halts/PEAK';
      expect((await admin.send('PUT', path, { reason: 'News pending' })).status).toBe(200);
      try {
        expect(await refuse(bracketOf('PEAK'))).toEqual([409, 'trading.symbol_halted']);
        const execution = bourse.app.get(OrderExecutionService);
        // 111: above the profit. 94: below the stop, and below the limit of the entry.
        for (const bar of [3, 5]) {
          toBar(bar);
          for (const id of [profit, stop, resting.id]) await execution.execute(id);
          for (const id of [profit, stop, resting.id]) {
            expect(await order(id)).toMatchObject({ status: 'open', filledQuantity: '0' });
          }
        }
        expect((await trader.delete(`/api/orders/${resting.id}`)).status).toBe(200);
        for (const id of [resting.id, ...idsOf(resting)]) {
          expect(await order(id)).toMatchObject({ status: 'cancelled' });
        }
      } finally {
        expect((await admin.delete(path)).status).toBe(204);
      }
      await until(stop, { status: 'filled', filledQuantity: '10', averageFillPrice: '93.99' });
      expect(await order(profit)).toMatchObject({ status: 'cancelled', filledQuantity: '0' });
      // 100,000 − 1,000.10 + 939.90.
      expect(await account()).toMatchObject({ cash: '99939.8', reservedCash: '0' });
    });

    it('end before everything is closed: those that wait, those that protect, and pairs', async () => {
      const waiting = await place(bracketOf('SLIDE', { type: 'limit', limitPrice: '97' }));
      const bought = await place(bracketOf('PEAK'));
      await hold('HILL');
      const sale = { symbol: 'HILL', side: 'sell', type: 'limit', quantity: '10' };
      const pair = await place({
        ...{ ...sale, orderClass: 'oco', takeProfit: { limitPrice: '120' } },
        stopLoss: { stopPrice: '90' },
      });
      for (const id of [...idsOf(bought), pair.id]) await until(id, { status: 'open' });
      const all = [waiting, bought, pair].flatMap(({ id, legs }) => [
        id,
        ...(legs ?? []).map((leg) => leg.id),
      ]);
      const answer = await trader.delete<Liquidation>('/api/positions');
      expect(answer.status).toBe(200);
      const { cancelled, items } = answer.body;
      expect(cancelled.map(({ id }) => id).sort()).toEqual(
        all.filter((id) => id !== bought.id).sort(),
      );
      for (const id of all.filter((one) => one !== bought.id)) {
        expect(await order(id)).toMatchObject({ status: 'cancelled', filledQuantity: '0' });
      }
      expect(items.map(({ symbol, error }) => [symbol, error])).toEqual([
        ['HILL', null],
        ['PEAK', null],
      ]);
      for (const { order: closing } of items) {
        await until(closing?.id ?? '', { status: 'filled', averageFillPrice: '99.99' });
      }
      // Twice 10 shares, bought at 100.01 and sold at 99.99.
      expect(await account()).toMatchObject({ cash: '99999.6', reservedCash: '0' });
      expect(await positions()).toEqual([]);
    });

    it('oco: what one leg sells in part, the other has less to sell: 60 at the profit, then 30 and 10 at the stop', async () => {
      const sized = offering(bourse, 'PARTS', {
        ...{ '100.00': '100', '110.00': '60' },
        ...{ '94.00': '30', '93.50': '60' },
      });
      try {
        const entry = { symbol: 'PARTS', side: 'buy', type: 'market', quantity: '100' };
        await until((await place(entry)).id, { status: 'filled', averageFillPrice: '100.01' });
        const pair = await place({
          ...{ symbol: 'PARTS', side: 'sell', type: 'limit', quantity: '100', orderClass: 'oco' },
          ...{ takeProfit: { limitPrice: '109' }, stopLoss: { stopPrice: '95' } },
        });
        const [stop] = idsOf(pair);
        await until(stop, { status: 'open' });
        toBar(1);
        await until(pair.id, {
          ...{ status: 'partially_filled', filledQuantity: '60', averageFillPrice: '109.99' },
        });
        await until(stop, { status: 'open', quantity: '40', filledQuantity: '0' });
        // The 40 that are left are held back, once.
        const more = { symbol: 'PARTS', side: 'sell', type: 'limit', limitPrice: '120' };
        expect(await refuse({ ...more, quantity: '1' })).toEqual([
          422,
          'trading.insufficient_position',
        ]);
        const [left] = await positions();
        expect(left).toMatchObject({ symbol: 'PARTS', quantity: '40' });
        toBar(2);
        await until(stop, { status: 'partially_filled', filledQuantity: '30' });
        expect(await order(pair.id)).toMatchObject({ status: 'cancelled', filledQuantity: '60' });
        toBar(3);
        // (30 × 93.99 + 10 × 93.49) / 40.
        await until(stop, { status: 'filled', filledQuantity: '40', averageFillPrice: '93.865' });
      } finally {
        sized.end();
      }
      // 100,000 − 100 × 100.01 + 60 × 109.99 + 30 × 93.99 + 10 × 93.49.
      expect(await account()).toMatchObject({ cash: '100353', reservedCash: '0' });
    });

    it('are refused with a code, and write nothing, when they do not hold together', async () => {
      for (const [more, code] of [
        [{ orderClass: undefined }, 'bad_order_class'],
        [{ symbol: 'PEAK271217C00150000', quantity: '100' }, 'bad_order_class'],
        [{ timeInForce: 'ioc' }, 'bad_time_in_force'],
        [{ takeProfit: { limitPrice: '99' } }, 'bad_take_profit'],
        [{ stopLoss: { stopPrice: '101' } }, 'bad_stop_loss'],
        [{ symbol: 'NONE' }, 'unknown_symbol'],
        [{ orderClass: 'oco', side: 'sell', type: 'limit' }, 'insufficient_position'],
      ] as const) {
        expect(await refuse(bracketOf('PEAK', more))).toEqual([422, `trading.${code}`]);
      }
      for (const more of [
        { stopLoss: {} },
        { stopLoss: { stopPrice: '95', trailAmount: '5' } },
        { stopLoss: { trailAmount: '5', limitPrice: '94' } },
        { takeProfit: { limitPrice: '-1' } },
        { orderClass: 'both' },
        { type: 'limit' },
      ]) {
        expect(await refuse(bracketOf('PEAK', more))).toEqual([400, 'request.invalid']);
      }
      expect((await read<Page<Order>>('/api/orders')).items).toEqual([]);
      expect(await account()).toMatchObject({ reservedCash: '0' });
    });
  });

  it('what a stop of a buy holds back is free again when it ends', async () => {
    const stop = { symbol: 'UP', side: 'buy', type: 'stop', quantity: '10', stopPrice: '105' };
    const { id } = await place(stop);
    expect(money((await account()).reservedCash).toFixed()).toBe('1071');
    expect((await trader.delete(`/api/orders/${id}`)).status).toBe(200);
    expect((await account()).reservedCash).toBe('0');
  });

  describe('short sales', () => {
    const allow = () => trader.patch<Account>('/api/account/settings', { shortSelling: true });
    const sell = (symbol: string, quantity: string) =>
      place({ symbol, side: 'sell', type: 'market', quantity });
    const untilAccount = (expected: Partial<Account>) =>
      eventually(async () => expect(await account()).toMatchObject(expected), LATER);

    it('win what the price falls by: what stands behind them is freed as it falls, and as they are bought back', async () => {
      const order = { symbol: 'FALL', side: 'sell', type: 'market', quantity: '100' };
      expect(await refuse(order)).toEqual([422, 'trading.insufficient_position']);
      expect((await allow()).body.shortSelling).toBe(true);
      // A pair is for shares that are held.
      const pair = {
        ...{ ...order, type: 'limit', orderClass: 'oco' },
        ...{ takeProfit: { limitPrice: '120' }, stopLoss: { stopPrice: '90' } },
      };
      expect(await refuse(pair)).toEqual([422, 'trading.insufficient_position']);
      const parts = { ...order, quantity: '1.5' };
      expect(await refuse(parts)).toEqual([422, 'trading.not_fractionable']);
      const byNotional = { ...order, quantity: undefined, notional: '100' };
      expect(await refuse(byNotional)).toEqual([422, 'trading.not_fractionable']);

      const resting = await place({ ...order, type: 'limit', limitPrice: '110' });
      // Half of 110 × 100; what it brings comes with it.
      await untilAccount({ reservedCash: '5500', availableCash: '94500' });
      const { status } = await trader.patch('/api/account/settings', { shortSelling: false });
      expect(status).toBe(422);
      expect(await refuse({ ...order, side: 'buy', quantity: '1' })).toEqual([
        422,
        'trading.opposite_order',
      ]);
      await trader.delete(`/api/orders/${resting.id}`);

      const { id } = await place(order);
      await until(id, { status: 'filled', averageFillPrice: '99.99' });
      // 9,999 and half of that stand behind it.
      await untilAccount({
        cash: '109999',
        reservedCash: '0',
        collateral: '14998.5',
        availableCash: '95000.5',
      });
      expect(await positions()).toMatchObject([
        {
          symbol: 'FALL',
          quantity: '-100',
          averageCost: '99.99',
          price: '100.01',
          marketValue: '-10001',
          unrealizedPnl: '-2',
          collateral: '14998.5',
        },
      ]);

      toBar(1);
      // 90.01 × 100 × 1.5: the 1,497 above that are free.
      await untilAccount({ cash: '109999', collateral: '13501.5', availableCash: '96497.5' });
      const cover = { symbol: 'FALL', side: 'buy', type: 'market', quantity: '40' };
      const bought = await place(cover);
      await until(bought.id, { status: 'filled', averageFillPrice: '90.01' });
      // 40 of 100 shares for 3,600.40, and 40 % of what stood behind them is free.
      await untilAccount({ cash: '106398.6', collateral: '8100.9', reservedCash: '0' });
      expect(await positions()).toMatchObject([{ quantity: '-60', realizedPnl: '399.2' }]);
      expect(await refuse({ ...cover, quantity: '61' })).toEqual([422, 'trading.opposite_order']);

      const closed = await trader.delete<Order>('/api/positions/FALL');
      expect(closed.body).toMatchObject({ side: 'buy', quantity: '60' });
      await until(closed.body.id, { status: 'filled' });
      // 100 × (99.99 − 90.01) = 998 were won.
      await untilAccount({ cash: '100998', collateral: '0', availableCash: '100998' });
      const pnl = await read<{ total: object }>('/api/account/realized-pnl');
      expect(pnl.total).toMatchObject({ proceeds: '9999', cost: '9001', realizedPnl: '998' });
    });

    it.each([
      // Held back: half of 95.50 × 1.02. Reached with 94.00, and sold at the bid.
      ['stop', 'DOWN', { stopPrice: '95.5' }, '487.05', 2, '93.99'],
      // Held back: half of the bid of now, for it may trade at that. 94.00 reaches the stop, and 95.49 the limit.
      ['stop_limit', 'DOWN', { stopPrice: '95.5', limitPrice: '95' }, '499.95', 3, '95.49'],
      // Held back: half of 95 × 1.02. The mark is 110 by then, and 104.75 below 105.
      ['trailing_stop', 'HILL', { trailAmount: '5' }, '484.5', 3, '104.74'],
    ] as const)(
      'are opened by a %s too: %s %j',
      async (type, symbol, prices, reservedCash, bar, price) => {
        await allow();
        const { id } = await place({ symbol, side: 'sell', type, quantity: '10', ...prices });
        await until(id, { status: 'open' });
        await untilAccount({ reservedCash, collateral: '0' });
        for (let at = 1; at <= bar; at += 1) {
          expect(await order(id)).toMatchObject({ filledQuantity: '0' });
          toBar(at);
          // The mark of a trailing one moves with the tick, a stop is reached by it.
          if (at === 1 && type === 'trailing_stop') await until(id, { waterMark: '110.00' });
          if (at === 2 && type === 'stop_limit') {
            await eventually(async () => expect((await order(id)).triggeredAt).not.toBeNull());
          }
        }
        await until(id, { status: 'filled', filledQuantity: '10', averageFillPrice: price });
        const brought = money(price).times(10);
        await untilAccount({
          cash: brought.plus(100_000).toFixed(),
          reservedCash: '0',
          collateral: brought.times('1.5').toFixed(),
        });
        expect(await positions()).toMatchObject([{ symbol, quantity: '-10', averageCost: price }]);
      },
    );

    it('are opened with exits: a bracket that sells, of which the profit buys back, and an oco for what is owed', async () => {
      const exits = { takeProfit: { limitPrice: '95' }, stopLoss: { stopPrice: '105' } };
      const entry = { symbol: 'FALL', side: 'sell', type: 'market', quantity: '10' };
      const bracket = { ...entry, orderClass: 'bracket', ...exits };
      expect(await refuse(bracket)).toEqual([422, 'trading.insufficient_position']);
      await allow();
      const pair = { ...entry, side: 'buy', type: 'limit', orderClass: 'oco', ...exits };
      expect(await refuse(pair)).toEqual([422, 'trading.bad_order_class']);
      const above = { ...bracket, takeProfit: { limitPrice: '101' } };
      expect(await refuse(above)).toEqual([422, 'trading.bad_take_profit']);
      const placed = await place(bracket);
      const [profit, stop] = placed.legs ?? [];
      expect(profit).toMatchObject({ side: 'buy', status: 'held', limitPrice: '95.00' });
      expect(stop).toMatchObject({ side: 'buy', status: 'held', stopPrice: '105.00' });
      await until(placed.id, { status: 'filled', averageFillPrice: '99.99' });
      for (const leg of [profit, stop]) await until(leg?.id ?? '', { status: 'open' });
      // What stands behind the ten pays for buying them back: the legs hold nothing back.
      await untilAccount({ cash: '100999.9', collateral: '1499.85', reservedCash: '0' });
      const one = { ...entry, side: 'buy', quantity: '1' };
      expect(await refuse(one)).toEqual([422, 'trading.opposite_order']);
      expect(await refuse(pair)).toEqual([422, 'trading.opposite_order']);

      // The same pair, placed by hand, for what is owed of another symbol.
      await until((await sell('RISE', '10')).id, { status: 'filled', averageFillPrice: '99.99' });
      const stops = { takeProfit: { limitPrice: '80' }, stopLoss: { stopPrice: '105' } };
      const oco = await place({ ...pair, symbol: 'RISE', ...stops });
      const ocoStop = oco.legs?.[0]?.id ?? '';
      expect(await account()).toMatchObject({ reservedCash: '0' });
      await until(ocoStop, { status: 'open' });

      toBar(1);
      // The ask of FALL is 90.01 and the profit taken; RISE is at 110 and the stop buys at 110.01.
      await until(profit?.id ?? '', { status: 'filled', averageFillPrice: '90.01' });
      await until(stop?.id ?? '', { status: 'cancelled', filledQuantity: '0' });
      await until(ocoStop, { status: 'filled', averageFillPrice: '110.01' });
      expect(await order(oco.id)).toMatchObject({ status: 'cancelled', filledQuantity: '0' });
      expect((await lifeOf(oco.id)).at(-1)?.[1]).toBe('other_leg_triggered');
      // 100,000 + 10 × (99.99 − 90.01) + 10 × (99.99 − 110.01).
      await untilAccount({ cash: '99999.6', collateral: '0', reservedCash: '0' });
      expect(await positions()).toEqual([]);
    });

    it('are opened at once or not at all, and closed by stops that wait above', async () => {
      await allow();
      const order = { symbol: 'RISE', side: 'sell', type: 'limit', quantity: '10' };
      for (const timeInForce of ['ioc', 'fok']) {
        const tooDear = await place({ ...order, limitPrice: '100.5', timeInForce });
        await until(tooDear.id, { status: 'cancelled', filledQuantity: '0' });
        expect((await lifeOf(tooDear.id)).at(-1)?.[1]).toBe('not_filled_at_once');
        const stop = { ...order, type: 'stop', stopPrice: '95', timeInForce };
        expect(await refuse(stop)).toEqual([422, 'trading.bad_time_in_force']);
      }
      expect(await account()).toMatchObject({ reservedCash: '0', collateral: '0' });
      const all = await place({ ...order, limitPrice: '99', timeInForce: 'fok' });
      await until(all.id, { status: 'filled', averageFillPrice: '99.99' });
      const one = await place({ ...order, type: 'market', quantity: '5', timeInForce: 'ioc' });
      await until(one.id, { status: 'filled', averageFillPrice: '99.99' });
      // 15 × 99.99 × 1.5.
      await untilAccount({ collateral: '2249.775', reservedCash: '0' });

      const cover = { symbol: 'RISE', side: 'buy', quantity: '10' };
      const stop = await place({ ...cover, type: 'stop', stopPrice: '115' });
      const trailing = { ...cover, type: 'trailing_stop', trailAmount: '12', quantity: '5' };
      const trails = await place(trailing);
      // All that is owed is spoken for.
      expect(await refuse({ ...trailing, quantity: '1' })).toEqual([422, 'trading.opposite_order']);
      for (const { id } of [stop, trails]) await until(id, { status: 'open' });
      expect(await account()).toMatchObject({ reservedCash: '0' });
      toBar(1);
      // 110: neither 112 nor 115.
      for (const { id } of [stop, trails]) {
        expect((await read<Order>(`/api/orders/${id}`)).triggeredAt).toBeNull();
      }
      toBar(2);
      for (const { id } of [stop, trails]) {
        await until(id, { status: 'filled', averageFillPrice: '120.01' });
      }
      // 100,000 + 15 × 99.99 − 15 × 120.01.
      await untilAccount({ cash: '99699.7', collateral: '0', reservedCash: '0' });
    });

    it('are for accounts that are worth 2,000 USD, when they are allowed and each time', async () => {
      const withdraw = async (amount: string) => {
        const answer = await trader.post('/api/account/withdrawals', { amount });
        expect(answer.status).toBe(201);
      };
      await withdraw('98000.01');
      const poor = await trader.patch<Problem>('/api/account/settings', { shortSelling: true });
      expect(poor).toMatchObject({
        status: 422,
        body: {
          code: 'trading.equity_below_minimum',
          details: { minimum: '2000', equity: '1999.99' },
        },
      });
      expect((await account()).shortSelling).toBe(false);
      await trader.post('/api/account/deposits', { amount: '0.03' });
      expect((await allow()).body.shortSelling).toBe(true);
      const short = await sell('FALL', '1');
      await until(short.id, { status: 'filled' });
      // It cost the spread: 2,000.02 + 99.99 − 100.01 = 2,000.
      const second = await sell('FALL', '1');
      await until(second.id, { status: 'filled' });
      const refused = await trader.post<Problem>('/api/orders', {
        ...{ symbol: 'FALL', side: 'sell', type: 'market', quantity: '1' },
      });
      expect(refused.body).toMatchObject({
        code: 'trading.equity_below_minimum',
        details: { equity: '1999.98' },
      });
      // What closes is never refused for that.
      const cover = { symbol: 'FALL', side: 'buy', type: 'market', quantity: '2' };
      await until((await place(cover)).id, { status: 'filled' });
    });

    it('take free cash as the price rises, then that of orders, and are bought back where none is left: once', async () => {
      await allow();
      const short = await sell('RISE', '1000');
      await until(short.id, { status: 'filled' });
      await untilAccount({ cash: '199990', collateral: '149985', availableCash: '50005' });
      toBar(1);
      // 1,000 × 110.01 × 1.3 = 143,013 must be there, and are.
      await trader.post('/api/account/withdrawals', { amount: '40000' });
      const resting = await place({
        symbol: 'UP',
        side: 'buy',
        quantity: '90',
        type: 'limit',
        limitPrice: '100',
      });
      await untilAccount({ collateral: '149985', availableCash: '1005', reservedCash: '9000' });

      toBar(2);
      // 1,000 × 120.01 × 1.3 = 156,013: 6,028 are missing, and 1,005 are free.
      const cancelled = await until(resting.id, { status: 'cancelled' });
      expect((await lifeOf(cancelled.id)).at(-1)?.[1]).toBe('margin_call');
      await untilAccount({ cash: '159990', collateral: '159990', availableCash: '0' });

      const { id } = await account();
      const check = bourse.app.get(MarginCheck);
      toBar(3);
      // 161,213 must be there.
      await Promise.all([1, 2, 3, 4].map(() => check.check(id)));
      await untilAccount({ cash: '35980', collateral: '0', availableCash: '35980' });
      await check.check(id);
      const { items } = await read<Page<Order>>('/api/orders?symbol=RISE');
      expect(items).toHaveLength(2);
      const [call] = items;
      // 99,990 − 124,010 were lost.
      expect(call).toMatchObject({ side: 'buy', quantity: '1000', averageFillPrice: '124.01' });
      expect((await lifeOf(call?.id ?? ''))[0]?.[1]).toBe('margin_call');
      expect(await positions()).toEqual([]);
    });
  });

  // At the end: from here on nothing is worked but what a history works.
  it('keep every promise at every step of any history: groups, replacements, corporate actions and short sales mixed', async () => {
    await bourse.app.get(QuoteFeed).onModuleDestroy();
    await bourse.app.get(OutboxRelay).beforeApplicationShutdown();
    const admin = await bourse.admin();
    let fills = 0;
    await fc.assert(
      fc.asyncProperty(tradingHistories, fc.boolean(), async (history, mayShort) => {
        const account = await TradedAccount.open(bourse, admin.user.id, mayShort);
        const ended = new EndedOrders();
        const expectPromises = async () => {
          const rows = await account.rows();
          expect(brokenPromises(rows)).toEqual([]);
          expect(ended.changedSince(rows.orders)).toEqual([]);
          return rows;
        };
        for (const step of history) {
          await account.take(step);
          await expectPromises();
        }
        await account.end();
        fills += (await expectPromises()).executions.length;
        expect(await account.brokenLives()).toEqual([]);
      }),
      atLeast(3),
    );
    expect(fills).toBeGreaterThan(0);
  });
});
