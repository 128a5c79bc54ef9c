import { Caches } from '../../src/redis/index.js';
import { eventually } from '../support/eventually.js';
import type { Answer, ApiClient } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';

const SHARED = [
  'market/instruments',
  'market/candles/AAPL',
  'market/search?q=apple',
  'market/indices',
  'research/AAPL/financials',
  'research/AAPL/news?limit=3',
  'research/AAPL/analysis?horizon=long',
  'studio/features',
] as const;
const OWN = [
  'portfolio/summary',
  'analytics/performance?timeframe=1W',
  'analytics/risk',
  'journal/trades',
  'studio/dashboard',
] as const;

const tagOf = ({ headers }: Answer<unknown>) => headers.get('etag') ?? '';

describe.each(SERVERS)('routes whose answers are asked for again and again, on $name', (kind) => {
  let bourse: Bourse;
  let trader: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(kind);
    trader = await bourse.trader();
  });
  afterAll(() => bourse.close());

  const get = (path: string, headers: Record<string, string> = {}, client = trader) =>
    client.get(`/api/${path}`, headers);

  it.each([...SHARED, ...OWN])(
    '%s is told once, and from then on only that it still holds',
    (path) =>
      // An open bar moves on once a minute, and a summary is refreshed: then there is something new to tell.
      eventually(async () => {
        const first = await get(path);
        expect(first.status).toBe(200);
        expect(tagOf(first)).toMatch(/^"[\w-]{43}"$/);
        const again = await get(path, { 'if-none-match': `"other", W/${tagOf(first)}` });
        expect({ status: again.status, body: again.body }).toEqual({ status: 304, body: '' });
        expect(tagOf(again)).toBe(tagOf(first));
        for (const name of ['cache-control', 'vary']) {
          expect(again.headers.get(name)).toBe(first.headers.get(name));
        }
        expect(again.headers.get('content-type')).toBeNull();
      }),
  );

  it.each([...SHARED, ...OWN])(
    '%s is kept by no cache on the way, and by none for another user',
    async (path) => {
      const { headers } = await get(path);
      expect(headers.get('cache-control')).toMatch(/^private, /);
      expect(headers.get('vary')).toBe('Authorization, Cookie');
    },
  );

  it.each([...SHARED, ...OWN])(
    '%s is for those who are signed in, also when it is kept',
    async (path) => {
      const { headers } = await get(path);
      const stranger = bourse.client();
      const refused = await get(path, { 'if-none-match': headers.get('etag') ?? '' }, stranger);
      expect(refused.status).toBe(401);
      expect(refused.headers.get('etag')).toBeNull();
    },
  );

  it('has the same bytes for everybody where an answer is shared, and not where it is not', async () => {
    const other = await bourse.trader();
    for (const path of ['market/instruments', 'research/AAPL/financials']) {
      expect(tagOf(await get(path, {}, other))).toBe(tagOf(await get(path)));
    }
    const [mine, theirs] = [await get('users/me'), await get('users/me', {}, other)];
    expect(mine.body).not.toEqual(theirs.body);
  });

  it('answers HEAD with the headers of GET and nothing else', async () => {
    const got = await get('research/AAPL/financials');
    const head = await trader.send('HEAD', '/api/research/AAPL/financials');
    expect({ status: head.status, body: head.body, tag: tagOf(head) }).toEqual({
      status: 200,
      body: '',
      tag: tagOf(got),
    });
    expect(Number(head.headers.get('content-length'))).toBe(
      Buffer.byteLength(JSON.stringify(got.body)),
    );
  });

  it('tells the age of what it kept', async () => {
    const first = await get('market/instruments');
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    const age = async () => Number((await get('market/instruments')).headers.get('age'));
    const before = await age();
    bourse.clock.advance(30_000);
    expect(await age()).toBeGreaterThanOrEqual(before + 30);
  });

  it('refuses a bad question though the good one is kept', async () => {
    await get('market/candles/AAPL');
    const bad = await get('market/candles/AAPL?junk=1');
    expect(bad).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    expect(bad.headers.get('cache-control')).toBe('no-store');
    expect(bad.headers.get('etag')).toBeNull();
    expect((await get('market/candles/NOSUCH')).status).toBe(404);
  });

  it('shows a change at once, under another tag', async () => {
    const before = await get('studio/dashboard');
    const model = {
      name: 'mine',
      symbol: 'AAPL',
      timeframe: '1d',
      features: ['return_1'],
      lookbackBars: 300,
    };
    const { body } = await get('studio/features');
    const [feature] = (body as { items: { name: string }[] }).items;
    const created = await trader.post('/api/studio/models', {
      ...model,
      features: [feature?.name],
    });
    expect(created).toMatchObject({ status: 201 });
    const after = await get('studio/dashboard', { 'if-none-match': tagOf(before) });
    expect(after).toMatchObject({ status: 200, body: { models: 1 } });
    expect(tagOf(after)).not.toBe(tagOf(before));
  });

  it('counts kept answers among the caches of the application', () => {
    const names = bourse.app
      .get(Caches)
      .statistics()
      .map(({ name }) => name);
    expect(names).toContain('market.instruments-response');
  });

  it('has logged no error of its own', () => {
    expect(bourse.logs.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  });
});
