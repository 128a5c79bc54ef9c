import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import type { CandlesAnswer } from '../../src/modules/market-data/candles/candles.dto.js';
import type { Analysis } from '../../src/modules/research/analysis/analysis.dto.js';
import type { Financials, NewsPage } from '../../src/modules/research/research.dto.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { BACKENDS, SERVERS } from './support/backends.js';
import { startBourse, startOn, type Bourse } from './support/bourse.js';

const SAMPLE = resolve(import.meta.dirname, '../../src/modules/research/sample-data');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const financials = (client: ApiClient, symbol: string, query = '') =>
  client.get<Financials>(`/api/research/${symbol}/financials${query}`);
const news = (client: ApiClient, query = '') =>
  client.get<NewsPage>(`/api/research/KO/news${query}`);
const analysis = (client: ApiClient, symbol: string, horizon: string) =>
  client.get<Analysis>(`/api/research/${symbol}/analysis?horizon=${horizon}`);
const periods = ({ body }: { body: Financials }) => body.statements.map(({ period }) => period);

describe.each(SERVERS)('research on $name', (backend) => {
  let bourse: Bourse;
  let trader: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend);
    trader = await bourse.trader();
  });
  afterAll(() => bourse.close());

  it('shows statements by year, and says that they are sample data', async () => {
    const answer = await financials(trader, 'aapl');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      symbol: 'AAPL',
      currency: 'USD',
      period: 'annual',
      quarter: null,
      source: 'sample',
      note: expect.stringContaining('invented'),
    });
    expect(periods(answer)).toEqual(['2025', '2024']);
    const [latest] = answer.body.statements;
    expect(Number(latest?.dilutedEps)).toBeCloseTo(
      Number(latest?.income.netIncome) / Number(latest?.dilutedShares),
      4,
    );
  });

  it('shows statements by quarter, newest first, or one of them', async () => {
    const all = await financials(trader, 'BRK.B', '?period=quarterly');
    expect(periods(all)).toHaveLength(11);
    expect(periods(all)).toEqual(periods(all).toSorted().toReversed());
    const one = await financials(trader, 'BRK.B', '?period=quarterly&quarter=2025-Q3');
    expect(periods(one)).toEqual(['2025-Q3']);
    expect(one.body.quarter).toBe('2025-Q3');
    expect(periods(await financials(trader, 'BRK.B', '?quarter=2025-Q3'))).toEqual(['2025-Q3']);
  });

  it('shows news, newest first, of a category or all, page by page', async () => {
    const all = (await news(trader)).body;
    expect(all).toMatchObject({ symbol: 'KO', category: null, source: 'sample', nextCursor: null });
    const times = all.items.map(({ publishedAt }) => publishedAt);
    expect(times).toEqual(times.toSorted().toReversed());
    const { items } = (await news(trader, '?category=earnings')).body;
    expect(items).toEqual(all.items.filter(({ category }) => category === 'earnings'));
    expect(items).toHaveLength(2);

    const paged: string[] = [];
    for (let query = '?limit=4'; query !== '';) {
      const { body } = await news(trader, query);
      paged.push(...body.items.map(({ id }) => id));
      query = body.nextCursor === null ? '' : `?limit=4&cursor=${body.nextCursor}`;
    }
    expect(paged).toEqual(all.items.map(({ id }) => id));
  });

  it.each(['short', 'medium', 'long'])(
    'rates on the %s horizon by signals whose figures it all lists, with source and time',
    async (horizon) => {
      const { status, body } = await analysis(trader, 'MSFT', horizon);
      expect(status).toBe(200);
      expect(body).toMatchObject({ symbol: 'MSFT', horizon, missing: [] });

      const used = new Set(body.signals.flatMap((signal) => signal.figures));
      expect(new Set(body.figures.map(({ name }) => name))).toEqual(used);
      for (const { value, source, basis, asOf } of body.figures) {
        expect(Number(value)).not.toBeNaN();
        expect([source, basis]).not.toContain('');
        expect(Date.parse(asOf)).toBeLessThanOrEqual(bourse.clock.nowMs());
      }
      const weighed = body.signals.reduce(
        (sum, { vote, weight }) => sum + vote * Number(weight),
        0,
      );
      expect(Number(body.score)).toBeCloseTo(weighed, 4);
      const decided = Math.abs(Number(body.score)) >= 0.3;
      expect(body.rating === 'hold').toBe(!decided);
    },
  );

  it('takes averages from the daily bars, and the multiple from the quote and the statements', async () => {
    const { body } = await analysis(trader, 'MSFT', 'long');
    const figure = (name: string) => body.figures.find((one) => one.name === name);
    const from = new Date(bourse.clock.nowMs() - 210 * DAY_MS).toISOString();
    const bars = await trader.get<CandlesAnswer>(
      `/api/market/candles/MSFT?timeframe=1d&from=${from}`,
    );
    const closes = bars.body.candles
      .filter(({ closed }) => closed)
      .slice(-200)
      .map(({ close }) => Number(close));
    expect(figure('sma200')).toMatchObject({ source: 'simulated', unit: 'USD' });
    expect(Number(figure('sma200')?.value)).toBeCloseTo(
      closes.reduce((sum, close) => sum + close, 0) / 200,
      4,
    );
    expect(Number(figure('priceEarnings')?.value)).toBeCloseTo(
      Number(figure('price')?.value) / Number(figure('earningsPerShare')?.value),
      4,
    );
    const { body: quarters } = await financials(trader, 'MSFT', '?period=quarterly');
    const last = quarters.statements.slice(0, 4);
    const earned = last.reduce((sum, { income }) => sum + Number(income.netIncome), 0);
    expect(Number(figure('earningsPerShare')?.value)).toBeCloseTo(
      earned / Number(last[0]?.dilutedShares),
      4,
    );
    expect(figure('earningsPerShare')).toMatchObject({
      source: 'sample',
      basis: last.map(({ period }) => period).join(', '),
    });
    expect(body.note).toContain('invented');
    expect(body.sources.map(({ source }) => source)).toEqual(['simulated', 'simulated', 'sample']);
  });

  it('rates a fund by its prices alone, where they are enough', async () => {
    const short = (await analysis(trader, 'SPY', 'short')).body;
    expect(short.missing).toEqual([]);
    expect(short.sources.map(({ source }) => source)).toEqual(['simulated']);
    expect(short.note).not.toContain('invented');
    const medium = (await analysis(trader, 'SPY', 'medium')).body;
    expect(medium.missing).toEqual(['growth', 'profitability', 'valuation']);
    expect((await analysis(trader, 'SPY', 'long')).body).toMatchObject({
      code: 'research.not_enough_data',
      details: { symbol: 'SPY', horizon: 'long' },
    });
  });

  it('computes an analysis once, and not anew for each who asks', async () => {
    const first = (await analysis(trader, 'MSFT', 'short')).body;
    const other = await bourse.trader();
    expect((await analysis(other, 'msft', 'short')).body).toEqual(first);
    expect(Date.parse(first.asOf)).toBeLessThanOrEqual(bourse.clock.nowMs());
  });

  it.each([
    ['NOSUCH/financials', 404, 'market_data.unknown_symbol'],
    ['NOSUCH/news', 404, 'market_data.unknown_symbol'],
    ['NOSUCH/analysis', 404, 'market_data.unknown_symbol'],
    ['SPY/financials', 404, 'research.no_data'],
    ['SPY/news?category=earnings', 404, 'research.no_data'],
    ['AAPL/financials?period=quarterly&quarter=1999-Q1', 404, 'research.no_such_period'],
    ['AAPL/financials?period=annual&quarter=2025-Q3', 400, 'request.invalid'],
    ['AAPL/financials?period=monthly', 400, 'request.invalid'],
    ['AAPL/financials?quarter=2025-Q5', 400, 'request.invalid'],
    ['AAPL/financials?quarter=2025-Q1&quarter=2025-Q2', 400, 'request.invalid'],
    ['AAPL/financials?year=2025', 400, 'request.invalid'],
    ['AAPL/news?category=gossip', 400, 'request.invalid'],
    ['AAPL/news?limit=0', 400, 'request.invalid'],
    ['AAPL/news?cursor=bm90LWFuLWlk', 400, 'request.bad_cursor'],
    ['AAPL/analysis?horizon=eternal', 400, 'request.invalid'],
    ['..%2F..%2Fetc/financials', 400, 'request.invalid'],
    ['A%00/news', 400, 'request.invalid'],
  ])('answers %s with %i %s', async (path, status, code) => {
    const answer = await trader.get<Problem>(`/api/research/${path}`);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
  });

  it('serves nobody who is not signed in', async () => {
    for (const part of ['financials', 'news', 'analysis']) {
      expect((await bourse.client().get(`/api/research/KO/${part}`)).status).toBe(401);
    }
  });

  it('has logged no error of its own', () => {
    expect(bourse.logs.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  });
});

describe('research from a folder of one’s own', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bourse-research-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, change: object) => {
    const file = JSON.parse(readFileSync(join(SAMPLE, 'KO.json'), 'utf8')) as object;
    writeFileSync(join(folder, name), JSON.stringify({ ...file, ...change }));
  };
  const [, services] = BACKENDS;

  it('is cached for as long as it should, and never shown once the folder is another', async () => {
    if (!services) throw new Error('no backend with services');
    const backend = await services.create();
    const redis = new Redis(backend.env['REDIS_URL'] ?? '', { lazyConnect: true });
    const key = (name: string) => `${backend.env['REDIS_KEY_PREFIX']}:cache:research:${name}`;
    const before = await startOn(backend);
    const trader = await before.trader();
    expect((await financials(trader, 'KO')).body.source).toBe('sample');
    expect((await financials(trader, 'SPY')).status).toBe(404);
    await news(trader, '?category=earnings');
    await analysis(trader, 'KO', 'long');
    await before.close();
    // As long as it is fresh, less a tenth at random, and as long as it may step in for its source after that.
    for (const [name, ttlMs, graceMs] of [
      ['financials:KO:annual:all', 24 * HOUR_MS, 6 * DAY_MS],
      ['news:KO:earnings', HOUR_MS, 23 * HOUR_MS],
      ['analysis:KO:long', 6 * HOUR_MS, 18 * HOUR_MS],
    ] as const) {
      const freshMs = (await redis.pttl(key(name))) - graceMs;
      expect(freshMs).toBeLessThanOrEqual(ttlMs);
      expect(freshMs).toBeGreaterThan(0.85 * ttlMs);
    }
    expect(await redis.pttl(key('financials:SPY:annual:all'))).toBeGreaterThan(0);
    redis.disconnect();

    write('KO.json', { source: 'my-vendor', note: null });
    const after = await startOn(backend, { RESEARCH_DATA_DIR: folder });
    const client = after.client();
    client.token = trader.token;
    const { body } = await financials(client, 'KO');
    expect({ source: body.source, note: body.note }).toEqual({ source: 'my-vendor', note: null });
    expect((await news(client, '?category=earnings')).body.source).toBe('my-vendor');
    expect((await analysis(client, 'KO', 'long')).body.note).not.toContain('invented');
    expect((await financials(client, 'AAPL')).body).toMatchObject({ code: 'research.no_data' });
    await after.close();
    await backend.remove();
  });

  it('that does not hold stops the boot with one line that names the file', async () => {
    if (!services) throw new Error('no backend with services');
    const backend = await services.create();
    write('KO.json', { currency: 'dollars' });
    await expect(startOn(backend, { RESEARCH_DATA_DIR: folder })).rejects.toMatchObject({
      code: 'research.bad_file',
      message: 'bad research data: KO.json: currency: must be three letters: USD',
    });
    await backend.remove();
  });
});
