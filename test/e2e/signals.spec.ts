import { sql } from 'drizzle-orm';
import { Database, OutboxRelay } from '../../src/database/index.js';
import type { Signal } from '../../src/modules/trading/index.js';
import { ScheduleRegistry } from '../../src/redis/index.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { BACKENDS, type Backend } from './support/backends.js';
import { startOn, type Bourse } from './support/bourse.js';
import { LiveClient } from './support/live-client.js';

const HOUR_MS = 3_600_000;

const signal = (overrides: Record<string, unknown> = {}) => ({
  symbol: 'AAPL',
  side: 'buy',
  strategy: 'Breakout, 20 days',
  confidence: 0.8,
  ...overrides,
});

interface SignalPage {
  readonly items: Signal[];
  readonly nextCursor: string | null;
}

describe.each(BACKENDS)('signals on $name', (kind) => {
  let backend: Backend;
  let bourse: Bourse;
  let trader: ApiClient;
  /** Has stored nothing, ever. */
  let careless: ApiClient;

  beforeAll(async () => {
    backend = await kind.create();
    const sessions = { SESSION_IDLE_MS: '2000000000', SESSION_ABSOLUTE_MS: '2000000000' };
    bourse = await startOn(backend, sessions);
    careless = await bourse.trader();
  });
  afterAll(async () => {
    await bourse.close();
    await backend.remove();
  });

  const create = async (overrides: Record<string, unknown> = {}): Promise<Signal> => {
    const answer = await trader.post<Signal>('/api/signals', signal(overrides));
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const list = async (query = '', client = trader): Promise<SignalPage> => {
    const answer = await client.get<SignalPage>(`/api/signals${query}`);
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const inMs = (ms: number) => new Date(bourse.clock.nowMs() + ms).toISOString();

  it('stores a signal, tells the sockets of its owner, and lists it', async () => {
    trader = await bourse.trader();
    const stranger = await bourse.trader();
    const live = await LiveClient.connect(bourse.url, { token: trader.token });
    const elsewhere = await LiveClient.connect(bourse.url, { token: stranger.token });
    for (const socket of [live, elsewhere]) await socket.subscribe('trading.signals');
    const validUntil = inMs(HOUR_MS);
    const created = await create({ targetPrice: '250.5', stopPrice: '199', validUntil });
    expect(created).toMatchObject({
      ...signal(),
      targetPrice: '250.50',
      stopPrice: '199.00',
      validUntil,
    });
    expect((await live.next('trading.signals')).data).toEqual(created);
    expect(await list()).toEqual({ items: [created], nextCursor: null });
    expect(await list('', stranger)).toEqual({ items: [], nextCursor: null });
    expect(elsewhere.on('trading.signals')).toEqual([]);
    live.close();
    elsewhere.close();
  });

  it('is valid for a day when nothing else is said, and not listed any longer', async () => {
    trader = await bourse.trader();
    const short = await create({ validUntil: inMs(HOUR_MS) });
    const long = await create();
    expect(Date.parse(long.validUntil) - Date.parse(long.createdAt)).toBe(24 * HOUR_MS);
    expect((await list()).items).toEqual([long, short]);
    bourse.clock.advance(HOUR_MS + 1_000);
    // From the cache, which still holds both.
    expect((await list()).items).toEqual([long]);
    bourse.clock.advance(23 * HOUR_MS);
    expect((await list()).items).toEqual([]);
  });

  it('shows each new one at once, though the list is cached', async () => {
    trader = await bourse.trader();
    const first = await create();
    expect((await list()).items).toEqual([first]);
    const second = await create({ side: 'sell', symbol: 'MSFT' });
    expect((await list()).items).toEqual([second, first]);
    expect((await list('?symbol=msft')).items).toEqual([second]);
  });

  it('pages newest first, without a gap or a repetition', async () => {
    trader = await bourse.trader();
    const created: string[] = [];
    for (let index = 0; index < 5; index += 1) created.unshift((await create()).id);
    const seen: string[] = [];
    let page = await list('?limit=2');
    seen.push(...page.items.map(({ id }) => id));
    while (page.nextCursor !== null) {
      page = await list(`?limit=2&cursor=${page.nextCursor}`);
      seen.push(...page.items.map(({ id }) => id));
    }
    expect(seen).toEqual(created);
  });

  it('holds 200 valid signals of a trader and no more, however many come at once', async () => {
    trader = await bourse.trader();
    await bourse.app.get(Database).sql.execute(sql`
      insert into signals (id, user_id, symbol, side, strategy, confidence, valid_until, created_at)
      select gen_random_uuid(), ${trader.user.id}, 'AAPL', 'buy', 'many', 1, ${inMs(HOUR_MS)}, ${inMs(0)}
      from generate_series(1, 197)`);
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => trader.post<Problem>('/api/signals', signal())),
    );
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused.map(({ status, body }) => `${status} ${body.code}`)).toEqual(
      Array(3).fill('409 trading.too_many_signals'),
    );
    expect((await list('?limit=200')).items).toHaveLength(200);
    // Those of yesterday do not count.
    bourse.clock.advance(25 * HOUR_MS);
    expect((await list()).items).toEqual([]);
    await create();
  });

  it('keeps what has ended for 30 days, and drops it then', async () => {
    trader = await bourse.trader();
    const valid = await create();
    const database = bourse.app.get(Database).sql;
    const ends = {
      old: inMs(-30 * 24 * HOUR_MS - 1_000),
      recent: inMs(-30 * 24 * HOUR_MS + 60_000),
    };
    for (const [strategy, end] of Object.entries(ends)) {
      await database.execute(sql`
        insert into signals (id, user_id, symbol, side, strategy, confidence, valid_until, created_at)
        values (gen_random_uuid(), ${trader.user.id}, 'AAPL', 'buy', ${strategy}, 1, ${end}, ${end})`);
    }
    const schedule = bourse.app.get(ScheduleRegistry).find('trading.drop-old-signals');
    const { signal: stop } = new AbortController();
    // The clock is ahead: it may run by itself before this.
    const count = { dropped: expect.any(Number) as number };
    expect(await schedule?.run({ signal: stop })).toMatchObject(count);
    const stored: unknown = await database.execute(
      sql`select strategy from signals where user_id = ${trader.user.id} order by valid_until`,
    );
    const { rows } = stored as { rows: { strategy: string }[] };
    expect(rows.map(({ strategy }) => strategy)).toEqual(['recent', valid.strategy]);
    expect((await list()).items).toEqual([valid]);
    expect(await schedule?.run({ signal: stop })).toEqual({ dropped: 0 });
  });

  it.each<[string, () => unknown, number, string]>([
    ['an unknown symbol', () => signal({ symbol: 'NOSUCH' }), 422, 'trading.unknown_symbol'],
    ['no symbol', () => signal({ symbol: '' }), 400, 'request.invalid'],
    ['an unknown side', () => signal({ side: 'hold' }), 400, 'request.invalid'],
    ['a strategy of blanks', () => signal({ strategy: '  ' }), 400, 'request.invalid'],
    ['a strategy with a NUL', () => signal({ strategy: 'a\0b' }), 400, 'request.invalid'],
    ['a strategy of half a letter', () => signal({ strategy: '\ud800' }), 400, 'request.invalid'],
    ['an endless strategy', () => signal({ strategy: 'x'.repeat(81) }), 400, 'request.invalid'],
    ['more than full confidence', () => signal({ confidence: 1.01 }), 400, 'request.invalid'],
    ['confidence in text', () => signal({ confidence: '0.5' }), 400, 'request.invalid'],
    ['a negative target', () => signal({ targetPrice: '-1' }), 400, 'request.invalid'],
    [
      'a stop above the target of a buy',
      () => signal({ targetPrice: '10', stopPrice: '11' }),
      400,
      'request.invalid',
    ],
    [
      'a stop below the target of a sale',
      () => signal({ side: 'sell', targetPrice: '10', stopPrice: '9' }),
      400,
      'request.invalid',
    ],
    ['a date that is none', () => signal({ validUntil: 'tomorrow' }), 400, 'request.invalid'],
    [
      'an end in the past',
      () => signal({ validUntil: inMs(-1) }),
      422,
      'trading.bad_signal_validity',
    ],
    [
      'an end beyond a day',
      () => signal({ validUntil: inMs(25 * HOUR_MS) }),
      422,
      'trading.bad_signal_validity',
    ],
    [
      'the end of time',
      () => signal({ validUntil: '9999-12-31T23:59:59Z' }),
      422,
      'trading.bad_signal_validity',
    ],
    ['an extra field', () => signal({ userId: 'somebody' }), 400, 'request.invalid'],
  ])('refuses %s, and stores nothing', async (_what, body, status, code) => {
    const answer = await careless.post<Problem>('/api/signals', body());
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect((await list('', careless)).items).toEqual([]);
  });

  it('refuses what is no page, and who is not signed in', async () => {
    const bad = ['?cursor=nonsense', '?limit=0', '?limit=201', '?symbol=%00', '?side=buy'];
    for (const query of bad) {
      expect((await careless.get(`/api/signals${query}`)).status).toBe(400);
    }
    expect((await bourse.client().get('/api/signals')).status).toBe(401);
    expect((await bourse.client().post('/api/signals', signal())).status).toBe(401);
  });
});

describe.each(BACKENDS.slice(1))('signals of two instances on $name', (kind) => {
  it('shows a signal on the other instance, whatever that one had cached', async () => {
    const backend = await kind.create();
    const one = await startOn(backend);
    const other = await startOn(backend);
    try {
      const trader = await one.trader();
      // With no event delivered: what was answered holds without it.
      for (const { app } of [one, other]) await app.get(OutboxRelay).beforeApplicationShutdown();
      const elsewhere = other.client();
      elsewhere.token = trader.token;
      for (let count = 0; count < 5; count += 1) {
        // Its own copy is dropped by a message, which may take a moment; the copy would last 5 s.
        const look = () => elsewhere.get<SignalPage>('/api/signals');
        await eventually(async () => expect((await look()).body.items).toHaveLength(count), {
          timeoutMs: 4_000,
        });
        expect((await trader.post('/api/signals', signal())).status).toBe(201);
      }
    } finally {
      await one.close();
      await other.close();
      await backend.remove();
    }
  });
});
