import type { CandlesAnswer } from '../../src/modules/market-data/candles/candles.dto.js';
import type { CacheList } from '../../src/modules/monitoring/caches/caches.dto.js';
import type { Analysis } from '../../src/modules/research/analysis/analysis.dto.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';

jest.setTimeout(60_000);

const LEARNED = ['AAPL', 'AMZN', 'GOOGL', 'JNJ', 'JPM', 'META'];
/** Nobody has asked for anything of it. */
const FRESH = 'KO';
/** Enough for a habit. */
const ROUNDS = 5;
/** A busy process waits until it is not: a second try comes when the window of its load is over. */
const PATIENT = { timeoutMs: 30_000, intervalMs: 700 };

describe.each(SERVERS)('what readers ask for next, on $name', (kind) => {
  let bourse: Bourse;
  let admin: ApiClient;
  let reader: ApiClient;
  beforeAll(async () => {
    bourse = await startBourse(kind);
    [admin, reader] = [await bourse.admin(), await bourse.trader()];
  });
  afterAll(() => bourse.close());

  const figures = async (prefetch: string, cache: string) => {
    const { body } = await admin.get<CacheList>('/api/admin/caches');
    const find = <T extends { readonly name: string }>(items: readonly T[], name: string): T => {
      const found = items.find((item) => item.name === name);
      if (found === undefined) throw new Error(`${name} is not listed`);
      return found;
    };
    return { prefetch: find(body.prefetches, prefetch), cache: find(body.items, cache) };
  };
  const read = async <Body = unknown>(path: string, client = reader): Promise<Body> => {
    const { status, body } = await client.get<Body>(`/api/${path}`);
    expect({ path, status }).toEqual({ path, status: 200 });
    return body;
  };
  const research = () => figures('research.analyses', 'research.analysis');

  it('is there before they do, once enough of them went that way', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const symbol of LEARNED) {
        await read(`research/${symbol}/financials`);
        await read(`research/${symbol}/analysis?horizon=long`);
      }
    }
    const { cache: before } = await research();
    expect(before.loads).toBe(LEARNED.length);
    await eventually(async () => {
      await read(`research/${FRESH}/financials`, await bourse.trader());
      expect((await research()).cache.localEntries).toBe(before.localEntries + 1);
    }, PATIENT);
    const fetched = await research();
    expect(fetched.cache.loads).toBe(before.loads + 1);
    const other = await bourse.trader();
    const path = `research/${FRESH}/analysis?horizon=long`;
    const answer = await read<Analysis>(path, other);
    const after = await research();
    expect(after.cache.loads).toBe(fetched.cache.loads);
    expect(after.cache.localHits).toBe(fetched.cache.localHits + 1);
    expect(after.prefetch.used).toBe(fetched.prefetch.used + 1);
    // The answer that anybody gets: nothing in it tells that it was there.
    expect(answer).toMatchObject({ symbol: FRESH, horizon: 'long' });
    expect(await read<Analysis>(path)).toEqual(answer);
  });

  it('is not fetched where they go different ways', async () => {
    const before = await research();
    for (let round = 0; round < 2 * ROUNDS; round += 1) {
      for (const [i, symbol] of LEARNED.entries()) {
        await read(`research/${symbol}/news`);
        if ((i + round) % 2 === 0) await read(`research/${symbol}/analysis?horizon=short`);
      }
    }
    await read(`research/${FRESH}/news`, await bourse.trader());
    const { prefetch, cache } = await research();
    const { predicted, forgone } = before.prefetch;
    expect(prefetch).toMatchObject({ predicted, forgone });
    expect(cache.loads).toBe(before.cache.loads + LEARNED.length);
  });

  it('are the latest bars of an instrument that they look at, but no range of somebody’s own', async () => {
    const own = new Date(bourse.clock.nowMs() - 3_600_000).toISOString();
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const symbol of LEARNED) {
        await read(`market/quotes/${symbol}`);
        await read(`market/candles/${symbol}?timeframe=5m`);
        await read(`market/candles/${symbol}?timeframe=1m&from=${own}`);
      }
    }
    const charts = async () => (await figures('market.charts', 'market.candles')).prefetch;
    const before = await charts();
    const path = `market/candles/${FRESH}?timeframe=5m`;
    await eventually(async () => {
      const visitor = await bourse.trader();
      await read(`market/quotes/${FRESH}`, visitor);
      expect((await charts()).predicted).toBeGreaterThan(before.predicted);
    }, PATIENT);
    const { used } = await charts();
    const bars = await read<CandlesAnswer>(path, await bourse.trader());
    expect(bars).toMatchObject({ symbol: FRESH, timeframe: '5m' });
    expect(bars.candles.length).toBeGreaterThan(100);
    expect((await charts()).used).toBe(used + 1);
  });

  it('is counted in the metrics as for administrators', () =>
    // What nobody came for is counted as time goes by.
    eventually(async () => {
      const { prefetch } = await research();
      const { body } = await bourse.client().get<string>('/metrics');
      for (const name of ['predicted', 'used', 'wasted', 'forgone'] as const) {
        const series = `bourse_cache_prefetch_${name}_total{prefetch="research.analyses"}`;
        expect(body).toContain(`${series} ${prefetch[name]}\n`);
      }
      expect(prefetch.used).toBeGreaterThan(0);
    }));

  it('has logged no fault', () => {
    expect(bourse.logs.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  });
});
