import {
  QuotesService,
  TIMEFRAMES,
  TIMEFRAME_MS,
  type MarketIndices,
  type MarketStatus,
  type OptionChain,
  type OrderBook,
  type Quote,
} from '../../src/modules/market-data/index.js';
import type { CandlesAnswer } from '../../src/modules/market-data/candles/candles.dto.js';
import type { QuotesAnswer } from '../../src/modules/market-data/quotes/quotes.dto.js';
import type { SearchAnswer } from '../../src/modules/market-data/search/search.dto.js';
import { MarketDataProvider } from '../../src/modules/market-data/market-data.provider.js';
import type { ScheduleView } from '../../src/modules/maintenance/schedules/schedules.dto.js';
import { MarketSessions } from '../../src/modules/market-data/calendar/market-sessions.js';
import { marketDataQueue } from '../../src/modules/market-data/market-data.queues.js';
import { QueueInspector, ScheduleRegistry } from '../../src/redis/index.js';
import { QueueDriver } from '../../src/redis/queues/queue-driver.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { LiveClient } from './support/live-client.js';
import { LASTING_SESSIONS } from './support/settings.js';

const DAY_MS = 24 * 3_600_000;
const SCHEDULES = '/api/admin/schedules';
const patient = { timeoutMs: 15_000 };

describe.each(SERVERS)('market data on $name', (backend) => {
  let bourse: Bourse;
  let trader: ApiClient;

  beforeAll(async () => {
    // Sessions that last: one test sets the clock far ahead.
    bourse = await startBourse(backend, { MARKET_TICK_MS: '100', ...LASTING_SESSIONS });
    trader = await bourse.trader();
  });
  afterAll(() => bourse.close());

  const read = async <Body>(path: string): Promise<Body> => {
    const answer = await trader.get<Body>(`/api/market/${path}`);
    expect({ path, status: answer.status, body: answer.body }).toMatchObject({ status: 200 });
    return answer.body;
  };
  const refusal = async (path: string) => {
    const { status, body } = await trader.get<Problem>(`/api/market/${path}`);
    return { status, code: body.code };
  };
  /** How often bars of a symbol were made. */
  const makingOf = (symbol: string) => {
    const made = jest.spyOn(bourse.app.get(MarketDataProvider), 'candles');
    return () => made.mock.calls.filter(([asked]) => asked === symbol).length;
  };
  afterEach(() => jest.restoreAllMocks());

  it('is for those who are signed in', async () => {
    const paths = ['quotes?symbols=V', 'candles/V', 'options/V', 'order-book/V'];
    for (const path of [...paths, 'status', 'indices', 'search?q=v']) {
      expect((await bourse.client().get(`/api/market/${path}`)).status).toBe(401);
    }
  });

  describe('quotes', () => {
    it('come many at once, each symbol once, in the order they were asked for', async () => {
      const answer = await read<QuotesAnswer>('quotes?symbols=msft,AAPL,,MSFT, BRK.B');
      expect(answer.items.map(({ symbol }) => symbol)).toEqual(['MSFT', 'AAPL', 'BRK.B']);
      expect(answer.errors).toEqual([]);
      expect(answer.source).toBe('simulated');
      const ages = answer.items.map(({ asOf }) => asOf).sort();
      expect(answer.asOf).toBe(ages[0]);
    });

    it('tell of each symbol that is unknown, and answer the others', async () => {
      const answer = await read<QuotesAnswer>(`quotes?symbols=NOPE,AAPL,${'x'.repeat(99)},%00,*`);
      expect(answer.items.map(({ symbol }) => symbol)).toEqual(['AAPL']);
      expect(answer.errors.map(({ symbol, code }) => [symbol, code])).toEqual([
        ['NOPE', 'market_data.unknown_symbol'],
        ['X'.repeat(21), 'market_data.unknown_symbol'],
        ['\0', 'market_data.unknown_symbol'],
        ['*', 'market_data.unknown_symbol'],
      ]);
    });

    it('are the ones that a single request gets', async () => {
      const quotes = bourse.app.get(QuotesService);
      const { items } = await read<QuotesAnswer>('quotes?symbols=KO');
      const single = await read<Quote>('quotes/KO');
      for (const quote of [items[0], single]) {
        const then = quotes.quotesAt(Date.parse(quote?.asOf ?? ''));
        expect(then).toContainEqual(quote);
      }
    });

    it('are 200 at most', async () => {
      const symbols = (count: number) => Array.from({ length: count }, (_, i) => `S${i}`).join();
      expect(await refusal(`quotes?symbols=${symbols(201)}`)).toEqual({
        status: 400,
        code: 'market_data.too_many_symbols',
      });
      expect((await read<QuotesAnswer>(`quotes?symbols=${symbols(200)}`)).errors).toHaveLength(200);
    });

    it.each(['quotes', 'quotes?symbols=', 'quotes?symbols=,%20,', 'quotes?symbols=A&symbols=B'])(
      'refuse %s',
      async (path) => {
        expect(await refusal(path)).toEqual({ status: 400, code: 'request.invalid' });
      },
    );
  });

  describe('candles', () => {
    it.each(TIMEFRAMES)('of %s reach to the present, the last one open', async (timeframe) => {
      const beforeMs = bourse.clock.nowMs();
      const answer = await read<CandlesAnswer>(`candles/nvda?timeframe=${timeframe}`);
      expect(answer).toMatchObject({ symbol: 'NVDA', timeframe, source: 'simulated' });
      expect(answer.candles).toHaveLength(200);
      const openings = answer.candles.map(({ openAt }) => Date.parse(openAt));
      openings.slice(1).forEach((openMs, i) => {
        expect(openMs - (openings[i] ?? 0)).toBe(TIMEFRAME_MS[timeframe]);
      });
      expect(answer.candles.filter(({ closed }) => !closed)).toEqual([answer.candles.at(-1)]);
      const age = beforeMs - Date.parse(answer.asOf);
      expect(age).toBeLessThanOrEqual(60_000);
      expect(Date.parse(answer.to)).toBeGreaterThan(beforeMs);
    });

    it('are those of a range, whole days in UTC', async () => {
      const path = 'candles/AAPL?timeframe=1d&from=2025-03-10&to=2025-03-14T00:00:00%2B00:00';
      const { candles } = await read<CandlesAnswer>(path);
      expect(candles.map(({ openAt }) => openAt.slice(0, 10))).toEqual([
        '2025-03-10',
        '2025-03-11',
        '2025-03-12',
        '2025-03-13',
      ]);
      const quotes = bourse.app.get(QuotesService);
      const closeAt = (openAt: string) => {
        const tick = quotes.quotesAt(Date.parse(openAt) + DAY_MS - 1);
        return tick.find(({ symbol }) => symbol === 'AAPL')?.last;
      };
      for (const { close, openAt } of candles) expect(close).toBe(closeAt(openAt));
    });

    it('show no bar as open once it has closed, and leave none out', async () => {
      const before = await read<CandlesAnswer>('candles/V?timeframe=1m');
      bourse.clock.advance(60_000);
      const after = await read<CandlesAnswer>('candles/V?timeframe=1m');
      const open = before.candles.at(-1);
      const since = after.candles.filter(({ openAt }) => openAt >= (open?.openAt ?? ''));
      expect(since.length).toBeGreaterThanOrEqual(2);
      expect(since.filter(({ closed }) => !closed)).toEqual([since.at(-1)]);
      expect(since[0]).toMatchObject({ openAt: open?.openAt, open: open?.open, closed: true });
    });

    it('come from the cache the second time, also for another range of the same days', async () => {
      const made = makingOf('JNJ');
      await read('candles/JNJ?timeframe=1d&from=2024-02-01&to=2024-02-10');
      const before = made();
      expect(before).toBeGreaterThan(0);
      const path = 'candles/JNJ?timeframe=1d&from=2024-02-03&to=2024-02-05';
      expect((await read<CandlesAnswer>(path)).candles).toHaveLength(2);
      expect(made()).toBe(before);
    });

    const refusals: [string, string][] = [
      ['from=2025-03-14&to=2025-03-13', 'market_data.bad_range'],
      ['from=2025-03-14&to=2025-03-14', 'market_data.bad_range'],
      ['from=1969-12-31&to=1970-01-02', 'market_data.bad_range'],
      ['from=9999-01-01', 'market_data.bad_range'],
      ['timeframe=1m&from=2020-01-01', 'market_data.too_many_candles'],
      ['from=0001-01-01&to=9999-12-31', 'market_data.bad_range'],
      ['from=1970-01-01&to=9999-12-31', 'market_data.too_many_candles'],
      ['timeframe=3m', 'request.invalid'],
      ['from=yesterday', 'request.invalid'],
      ['from=2025-02-30', 'request.invalid'],
      ['limit=5', 'request.invalid'],
    ];
    it.each(refusals)('refuse %s with a code', async (query, code) => {
      expect(await refusal(`candles/V?${query}`)).toEqual({ status: 400, code });
    });

    it('know no other symbols', async () => {
      const unknown = { status: 404, code: 'market_data.unknown_symbol' };
      expect(await refusal('candles/NOPE')).toEqual(unknown);
    });
  });

  describe('options', () => {
    it('list their expiries, and value the nearest', async () => {
      const chain = await read<OptionChain>('options/aapl');
      expect(chain.expiry).toBe(chain.expiries[0]);
      expect(chain.strikes.length).toBeGreaterThan(15);
      const spot = Number(chain.spot);
      for (const { strike, call, put } of chain.strikes) {
        const delta = Number(call.delta) - Number(put.delta);
        expect(delta).toBeCloseTo(1, 5);
        expect(Number(call.price)).toBeGreaterThanOrEqual(
          Math.max(0, spot - Number(strike)) - 0.01,
        );
      }
      expect(chain).toMatchObject({ symbol: 'AAPL', source: 'simulated', volatility: '0.26' });
    });

    it('are valued for another expiry, dearer the later it is', async () => {
      const near = await read<OptionChain>('options/MSFT');
      const last = near.expiries.at(-1) ?? '';
      const far = await read<OptionChain>(`options/MSFT?expiry=${last}`);
      expect(far.expiry).toBe(last);
      const middle = (chain: OptionChain) => Number(chain.strikes[10]?.call.price);
      expect(middle(far)).toBeGreaterThan(middle(near));
    });

    it('are quoted by their symbols, and have neither bars nor depth', async () => {
      const { strikes } = await read<OptionChain>('options/brk.b');
      const symbol = strikes[10]?.call.symbol ?? '';
      expect(symbol).toMatch(/^BRKB\d{6}C\d{8}$/);
      const quote = await read<Quote>(`quotes/${symbol.toLowerCase()}`);
      expect(Number(quote.ask)).toBeGreaterThan(Number(quote.bid));
      expect(quote.symbol).toBe(symbol);
      const unknown = { status: 404, code: 'market_data.unknown_symbol' };
      for (const path of ['candles', 'order-book', 'options']) {
        expect(await refusal(`${path}/${symbol}`)).toEqual(unknown);
      }
    });

    it.each([
      ['options/V?expiry=2020-01-17', 400, 'market_data.unknown_expiry'],
      ['options/V?expiry=soon', 400, 'request.invalid'],
      ['options/NOPE', 404, 'market_data.unknown_symbol'],
    ])('refuse %s', async (path, status, code) => {
      expect(await refusal(path)).toEqual({ status, code });
    });
  });

  describe('order books', () => {
    it('begin with the bid and the ask of the quote of their tick', async () => {
      const book = await read<OrderBook>('order-book/tsla');
      const quote = bourse.app
        .get(QuotesService)
        .quotesAt(Date.parse(book.asOf))
        .find(({ symbol }) => symbol === 'TSLA');
      expect(book.bids[0]).toEqual({ price: quote?.bid, size: quote?.bidSize });
      expect(book.asks[0]).toEqual({ price: quote?.ask, size: quote?.askSize });
      expect(book.bids).toHaveLength(10);
      const prices = [...book.bids.toReversed(), ...book.asks].map(({ price }) => Number(price));
      expect(prices).toEqual([...new Set(prices)].sort((a, b) => a - b));
      expect(await refusal('order-book/NOPE')).toMatchObject({ status: 404 });
    });

    it('are told live, tick after tick', async () => {
      const live = await LiveClient.connect(bourse.url, { token: trader.token });
      expect(await live.subscribe('market.order-book:TSLA')).toMatchObject({ ok: true });
      const first = await live.next('market.order-book:TSLA');
      const second = await live.next(
        'market.order-book:TSLA',
        ({ asOf }) => asOf !== first.data['asOf'],
      );
      expect(second.data).toMatchObject({ symbol: 'TSLA', source: 'simulated' });
      expect(second.seq).toBeGreaterThan(first.seq);
      live.close();
    });
  });

  it('computes indices from its instruments', async () => {
    const { items, asOf, source } = await read<MarketIndices>('indices');
    expect(items.map(({ symbol }) => symbol)).toEqual(['BOURSE-EW', 'BOURSE-PW']);
    expect(source).toBe('simulated');
    const priceWeighted = items[1];
    const quotes = bourse.app.get(QuotesService);
    const total = (atMs: number) =>
      quotes
        .quotesAt(atMs)
        .filter(({ symbol }) => priceWeighted?.components.includes(symbol))
        .reduce((sum, { last }) => sum + Number(last), 0);
    const ratio = total(Date.parse(asOf)) / total(Date.parse(priceWeighted?.baseAt ?? ''));
    expect(Number(priceWeighted?.value)).toBeCloseTo(1_000 * ratio, 2);
    // From the cache: the same figures.
    expect(await read('indices')).toEqual({ items, asOf, source });
  });

  it('finds symbols by name', async () => {
    const answer = await read<SearchAnswer>('search?q=%20coca%20cola');
    expect(answer).toMatchObject({ query: 'COCA COLA', items: [], source: 'instruments' });
    const { items } = await read<SearchAnswer>('search?q=coca-cola');
    expect(items).toMatchObject([{ symbol: 'KO', assetClass: 'equity' }]);
    for (const query of ['search', 'search?q=', 'search?q=%20', `search?q=${'a'.repeat(65)}`]) {
      expect(await refusal(query)).toEqual({ status: 400, code: 'request.invalid' });
    }
    expect((await read<SearchAnswer>('search?q=%00')).items).toEqual([]);
  });

  it('warms its caches in a job that its schedule adds', async () => {
    const symbol = 'AMZN';
    const made = makingOf(symbol);
    const schedule = bourse.app.get(ScheduleRegistry).find('market-data.warm-caches');
    const inspector = bourse.app.get(QueueInspector);
    await inspector.setPaused('market-data', true);
    for (let due = 0; due < 3; due += 1) {
      await schedule?.run({ signal: AbortSignal.timeout(10_000) });
    }
    // However often it was due while the queue was paused, one is enough.
    const report = (await inspector.reports()).find(({ name }) => name === 'market-data');
    expect(report?.counts.waiting).toBeLessThanOrEqual(1);
    await inspector.setPaused('market-data', false);
    await eventually(
      async () => {
        const before = made();
        expect(before).toBeGreaterThan(0);
        await read(`candles/${symbol}?timeframe=1d`);
        await read(`candles/${symbol}?timeframe=1h`);
        expect(made()).toBe(before);
      },
      { timeoutMs: 60_000 },
    );
  }, 90_000);

  it('tells by rule whether New York trades, and live when it opens', async () => {
    const status = await read<MarketStatus>('status');
    expect(status).toMatchObject({ market: 'XNYS', source: 'calendar' });
    const admin = await bourse.admin();
    const live = await LiveClient.connect(bourse.url, { token: trader.token });
    await live.subscribe('market.status');
    const openMs = Date.parse(status.nextOpenAt);
    bourse.clock.advance(openMs - bourse.clock.nowMs() - 500);
    const opened = await live.next('market.status', ({ state }) => state === 'open');
    expect(opened.data).toMatchObject({ asOf: status.nextOpenAt, reason: 'session' });
    expect(await read<MarketStatus>('status')).toMatchObject({ state: 'open' });
    live.close();
    // The schedule tells the rest of the application, once; caches are warm when everybody looks.
    await eventually(async () => {
      const { body } = await admin.get<{ items: ScheduleView[] }>(SCHEDULES);
      const opening = body.items.find(({ name }) => name === 'market-data.open');
      expect(opening).toMatchObject({
        calendar: 'open of the New York Stock Exchange',
        everyMs: null,
        lastRun: { outcome: 'succeeded', result: { new: true, late: false } },
      });
      expect(Date.parse(opening?.nextRunAt ?? '')).toBeGreaterThan(openMs);
    }, patient);
    const sessions = bourse.app.get(MarketSessions);
    expect(await sessions.tell('open')).toMatchObject({ new: false });
    await eventually(async () => {
      const queue = bourse.app.get(QueueDriver).dashboardAdapter(marketDataQueue);
      // It may wait behind the warm-up of the start.
      expect(await queue.getJob(`warm-caches-${openMs}`)).toBeTruthy();
    }, patient);
  });
});
