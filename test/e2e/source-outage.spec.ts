import type { CacheFigure, CacheList } from '../../src/modules/monitoring/caches/caches.dto.js';
import { MarketDataProvider } from '../../src/modules/market-data/market-data.provider.js';
import type { Analysis } from '../../src/modules/research/analysis/analysis.dto.js';
import { NewsProvider, StatementsProvider } from '../../src/modules/research/research.provider.js';
import { SettingsRepository } from '../../src/modules/system-config/settings.repository.js';
import { Deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';

jest.setTimeout(60_000);

const MINUTE_MS = 60_000;
/** So short that what was read has ended soon; the shortest that an open bar is kept. */
const BRIEF_MS = 1_000;
const PATIENT = { timeoutMs: 20_000, intervalMs: 100 };

const fail = (): never => {
  throw new Error('the source is away');
};
/** Until {@link mend}: from outside, files in memory cannot be made to fail. */
const break_ = <T extends object, K extends keyof T>(source: T, method: K, answer: unknown): void =>
  void Object.defineProperty(source, method, { configurable: true, value: answer });
const mend = <T extends object>(source: T, method: keyof T): void =>
  void Reflect.deleteProperty(source, method);

describe.each(SERVERS)('while a source fails, on $name,', (kind) => {
  let bourse: Bourse;
  let admin: ApiClient;
  beforeAll(async () => {
    bourse = await startBourse(kind);
    // Bars of 15 minutes: none closes while this runs.
    const intoBarMs = bourse.clock.nowMs() % (15 * MINUTE_MS);
    bourse.clock.advance(15 * MINUTE_MS - intoBarMs + MINUTE_MS);
    admin = await bourse.admin();
  });
  afterAll(() => bourse.close());

  const figure = async (name: string): Promise<CacheFigure> => {
    const { body } = await admin.get<CacheList>('/api/admin/caches');
    const found = body.items.find((item) => item.name === name);
    if (found === undefined) throw new Error(`no cache ${name}`);
    return found;
  };
  const read = async <Body>(path: string): Promise<Body> => {
    const { status, body } = await admin.get<Body>(`/api/${path}`);
    expect({ path, status }).toEqual({ path, status: 200 });
    return body;
  };
  /** What is read of a cache from now on has soon ended. */
  const letEndSoon = async (cache: string): Promise<void> => {
    expect((await admin.patch(`/api/admin/caches/${cache}`, { ttlMs: BRIEF_MS })).status).toBe(200);
    expect((await admin.post('/api/admin/caches/invalidations', { all: true })).status).toBe(200);
  };

  const statements = () => bourse.app.get(StatementsProvider, { strict: false });
  const CASES: [string, string, () => { source: object; method: string }][] = [
    [
      'research.financials',
      'research/KO/financials',
      () => ({ source: statements(), method: 'statementsOf' }),
    ],
    [
      'research.news',
      'research/KO/news',
      () => ({ source: bourse.app.get(NewsProvider, { strict: false }), method: 'newsOf' }),
    ],
    [
      'research.analysis',
      'research/KO/analysis?horizon=long',
      () => ({ source: statements(), method: 'statementsOf' }),
    ],
    [
      'market.candles',
      'market/candles/KO?timeframe=15m',
      () => ({ source: bourse.app.get(MarketDataProvider, { strict: false }), method: 'candles' }),
    ],
    [
      'config.system',
      'admin/config/system',
      () => ({ source: bourse.app.get(SettingsRepository, { strict: false }), method: 'find' }),
    ],
  ];

  it.each(CASES)('the last answer of %s is served, as of when it was made', async (...given) => {
    const [cache, path, sourceOf] = given;
    await letEndSoon(cache);
    const last = await read<object>(path);
    const before = await figure(cache);
    const { source, method } = sourceOf();
    break_(source, method as never, fail);
    await eventually(async () => {
      // Its `asOf` among the rest: whoever reads it sees how old it is.
      expect(await read(path)).toEqual(last);
      expect((await figure(cache)).staleServed).toBeGreaterThan(before.staleServed);
    }, PATIENT);
    expect((await figure(cache)).loadErrors).toBeGreaterThan(before.loadErrors);
    mend(source, method as never);
    await admin.patch(`/api/admin/caches/${cache}`, { ttlMs: null });
  });

  it('and while it does not answer, the last answer is served, and the new one when it is there', async () => {
    const path = 'research/JPM/analysis?horizon=long';
    await letEndSoon('research.analysis');
    const last = await read<Analysis>(path);
    const company = await statements().statementsOf('JPM');
    const late = new Deferred<typeof company>();
    break_(statements(), 'statementsOf', () => late.promise);
    const { staleServed } = await figure('research.analysis');
    await eventually(async () => {
      expect(await read(path)).toEqual(last);
      expect((await figure('research.analysis')).staleServed).toBeGreaterThan(staleServed);
    }, PATIENT);
    late.resolve(company);
    await eventually(async () => {
      const { asOf } = await read<Analysis>(path);
      expect(Date.parse(asOf)).toBeGreaterThan(Date.parse(last.asOf));
    }, PATIENT);
    mend(statements(), 'statementsOf');
    await admin.patch('/api/admin/caches/research.analysis', { ttlMs: null });
  });

  it('nothing is served that was dropped', async () => {
    await read('research/V/financials');
    break_(statements(), 'statementsOf', fail);
    await admin.post('/api/admin/caches/invalidations', { symbol: 'V' });
    expect((await admin.get('/api/research/V/financials')).status).toBe(500);
    mend(statements(), 'statementsOf');
    await read('research/V/financials');
  });
});
