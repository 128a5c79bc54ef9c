import { sql } from 'drizzle-orm';
import { Database, OutboxRelay } from '../../src/database/index.js';
import { money } from '../../src/kernel/money.js';
import { QuotesService } from '../../src/modules/market-data/index.js';
import type { Order, Signal } from '../../src/modules/trading/index.js';
import { SignalsRepository } from '../../src/modules/trading/signals/signals.repository.js';
import { SignalTrading } from '../../src/modules/trading/signals/signal-trading.service.js';
import { ScheduleRegistry } from '../../src/redis/index.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { SERVERS, type Backend } from './support/backends.js';
import { startOn, type Bourse } from './support/bourse.js';
import { LiveClient } from './support/live-client.js';
import { LASTING_SESSIONS } from './support/settings.js';

const HOUR_MS = 3_600_000;
const LATER = { timeoutMs: 40_000 };

jest.setTimeout(120_000);

const signal = (overrides: Record<string, unknown> = {}) => ({
  symbol: 'AAPL',
  side: 'buy',
  strategy: 'Breakout, 20 days',
  confidence: 0.8,
  ...overrides,
});

interface OutboxLine {
  readonly name: string;
  readonly payload: { readonly signal?: Signal; readonly signalId?: string };
}

const rowsOf = (answer: unknown) => (answer as { rows: unknown[] }).rows;

interface SignalPage {
  readonly items: Signal[];
  readonly nextCursor: string | null;
}

describe.each(SERVERS)('signals on $name', (kind) => {
  let backend: Backend;
  let bourse: Bourse;
  let trader: ApiClient;
  /** Has stored nothing, ever. */
  let careless: ApiClient;

  beforeAll(async () => {
    backend = await kind.create();
    bourse = await startOn(backend, { ...LASTING_SESSIONS, MARKET_TICK_MS: '100' });
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

  describe('that become orders', () => {
    const approve = (id: string, body: object = {}) =>
      trader.post<Signal & { code?: string }>(`/api/signals/${id}/approve`, body);
    const dismiss = (id: string) =>
      trader.post<Signal & { code?: string }>(`/api/signals/${id}/dismiss`);
    const until = (id: string, status: Signal['status']): Promise<Signal> =>
      eventually(async () => {
        const { body } = await trader.get<Signal>(`/api/signals/${id}`);
        expect(body.status).toBe(status);
        return body;
      }, LATER);
    const orders = async (): Promise<Order[]> =>
      (await trader.get<{ items: Order[] }>('/api/orders?limit=200')).body.items;
    const allow = async (settings: object): Promise<void> => {
      const answer = await trader.send('PUT', '/api/signals/settings', settings);
      expect(answer.status).toBe(200);
    };
    beforeEach(async () => {
      trader = await bourse.trader();
    });

    it('do so once when they are approved, however often, also by a job that runs twice', async () => {
      const { id } = await create({ quantity: '3', modelId: 'momentum-2' });
      expect((await list()).items).toMatchObject([
        { id, status: 'pending', modelId: 'momentum-2' },
      ]);
      const answers = await Promise.all(Array.from({ length: 5 }, () => approve(id)));
      for (const { status, body } of answers) {
        expect(status).toBe(202);
        expect(['approved', 'executed']).toContain(body.status);
      }
      const done = await until(id, 'executed');
      const trading = bourse.app.get(SignalTrading);
      await Promise.all([trading.trade(id), trading.trade(id)]);
      const made = await orders();
      expect(made).toMatchObject([
        {
          ...{ id: done.orderId, client_order_id: `signal-${id}`, symbol: 'AAPL', side: 'buy' },
          ...{ type: 'market', quantity: '3' },
        },
      ]);
      // From the list, which was cached before.
      await eventually(async () =>
        expect((await list()).items).toMatchObject([{ id, status: 'executed' }]),
      );
      expect((await approve(id)).body).toEqual(done);
      expect((await dismiss(id)).body.code).toBe('trading.signal_final');
      expect(await orders()).toHaveLength(1);
    });

    it('take as many shares as their USD pay for, or as their owner says', async () => {
      const { ask } = bourse.app.get(QuotesService).currentQuote('AAPL');
      const byValue = await create({ notional: '1000' });
      await approve(byValue.id);
      await until(byValue.id, 'executed');
      const [order] = await orders();
      const shares = money('1000').div(ask);
      // The price may have moved a tick.
      expect(
        money(order?.quantity ?? 0)
          .div(shares)
          .minus(1)
          .abs()
          .lt('0.02'),
      ).toBe(true);
      const bySay = await create();
      const without = await approve(bySay.id);
      expect(without).toMatchObject({ status: 422, body: { code: 'trading.signal_without_size' } });
      expect((await approve(bySay.id, { quantity: '2' })).status).toBe(202);
      await until(bySay.id, 'executed');
      expect((await orders())[0]).toMatchObject({ quantity: '2' });
      expect((await create({ quantity: '1' })).quantity).toBe('1');
      const both = await trader.post('/api/signals', signal({ quantity: '1', notional: '1' }));
      expect(both.status).toBe(400);
    });

    it('are refused with the reason, live and on the signal, and can be approved again', async () => {
      const live = await LiveClient.connect(bourse.url, { token: trader.token });
      await live.subscribe('trading.signals');
      const { id } = await create({ side: 'sell', quantity: '1' });
      await approve(id);
      expect(await until(id, 'refused')).toMatchObject({
        ...{ reason: 'trading.insufficient_position', orderId: null },
      });
      const told = await live.next('trading.signals', ({ status }) => status === 'refused');
      expect(told.data).toMatchObject({ id, reason: 'trading.insufficient_position' });
      live.close();
      expect(await orders()).toEqual([]);
      const bought = await create({ quantity: '2' });
      await approve(bought.id);
      const { orderId } = await until(bought.id, 'executed');
      await eventually(async () => {
        const { body } = await trader.get<Order>(`/api/orders/${orderId ?? ''}`);
        expect(body.status).toBe('filled');
      }, LATER);
      expect((await approve(id)).status).toBe(202);
      expect(await until(id, 'executed')).toMatchObject({ reason: null });
      expect(await orders()).toHaveLength(2);
    });

    it('never do when they are dismissed, or their time is over', async () => {
      const dismissed = await create({ quantity: '1' });
      expect(await dismiss(dismissed.id)).toMatchObject({
        status: 200,
        body: { status: 'dismissed' },
      });
      expect((await dismiss(dismissed.id)).status).toBe(200);
      const late = await create({ quantity: '1', validUntil: inMs(60_000) });
      bourse.clock.advance(60_001);
      expect((await trader.get<Signal>(`/api/signals/${late.id}`)).body.status).toBe('expired');
      for (const { id } of [dismissed, late]) {
        expect(await approve(id)).toMatchObject({
          status: 409,
          body: { code: 'trading.signal_final' },
        });
      }
      const stranger = await bourse.trader();
      for (const path of ['approve', 'dismiss']) {
        const answer = await stranger.post(`/api/signals/${late.id}/${path}`, {});
        expect(answer.status).toBe(404);
      }
      expect((await stranger.get(`/api/signals/${late.id}`)).status).toBe(404);
      expect((await trader.get('/api/signals/none')).status).toBe(404);
      expect(await orders()).toEqual([]);
    });

    it('do so by themselves only where their owner has allowed it, and within the limits', async () => {
      const none = { maxOrderNotional: null, maxPositionNotional: null, maxDailyLoss: null };
      const off = { enabled: false, ...none, maxOpenPositions: null };
      expect((await trader.get('/api/signals/settings')).body).toEqual(off);
      const before = await create({ quantity: '1' });
      await allow({ enabled: true, maxOpenPositions: 1, maxOrderNotional: '900' });
      // It was stored before.
      await bourse.app.get(SignalTrading).trade(before.id);
      expect(await until(before.id, 'pending')).toMatchObject({ orderId: null });
      const bought = await create({ notional: '800' });
      const { orderId } = await until(bought.id, 'executed');
      await eventually(async () => {
        const { body } = await trader.get<Order>(`/api/orders/${orderId ?? ''}`);
        expect(body.status).toBe('filled');
      }, LATER);
      const large = await create({ notional: '901' });
      expect((await until(large.id, 'refused')).reason).toBe('trading.auto_order_limit');
      const other = await create({ symbol: 'MSFT', notional: '100' });
      expect((await until(other.id, 'refused')).reason).toBe('trading.auto_open_positions');
      await allow({ enabled: true, maxPositionNotional: '1000' });
      const more = await create({ notional: '400' });
      expect((await until(more.id, 'refused')).reason).toBe('trading.auto_position_limit');
      // What is open has lost 9,000 USD a share and more.
      await bourse.app.get(Database).sql.execute(sql`
        update positions set average_cost = 9999, cost_basis = quantity * 9999 where account_id in
          (select id from accounts where user_id = ${trader.user.id})`);
      await allow({ enabled: true, maxDailyLoss: '5000' });
      const lost = await create({ notional: '100' });
      expect((await until(lost.id, 'refused')).reason).toBe('trading.auto_daily_loss');
      // The way out is never shut.
      const out = await create({ side: 'sell', quantity: '0.5' });
      await until(out.id, 'executed');
      // Its owner may all the same.
      await approve(large.id);
      await until(large.id, 'executed');
      await allow({ enabled: false });
      expect((await create({ notional: '100' })).status).toBe('pending');
      const bad = [{ enabled: 'yes' }, { enabled: true, maxDailyLoss: '-1' }, {}];
      for (const settings of bad) {
        expect((await trader.send('PUT', '/api/signals/settings', settings)).status).toBe(400);
      }
    });

    it('are not forgotten when their job is lost', async () => {
      const { id } = await create({ quantity: '1' });
      await bourse.app.get(Database).sql.execute(sql`
        update signals set status = 'approved', updated_at = ${inMs(-61_000)} where id = ${id}`);
      const schedule = bourse.app.get(ScheduleRegistry).find('trading.trade-forgotten-signals');
      await schedule?.run(new AbortController());
      expect((await until(id, 'executed')).orderId).toBe((await orders())[0]?.id);
    });
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

describe.each(SERVERS)('signals of two instances on $name, no event or job delivered', (kind) => {
  let backend: Backend;
  let one: Bourse;
  let other: Bourse;
  let trader: ApiClient;

  beforeAll(async () => {
    backend = await kind.create();
    one = await startOn(backend);
    other = await startOn(backend);
    for (const { app } of [one, other]) await app.get(OutboxRelay).beforeApplicationShutdown();
  });
  afterAll(async () => {
    await one.close();
    await other.close();
    await backend.remove();
  });
  beforeEach(async () => {
    trader = await one.trader();
  });
  const create = async (overrides: Record<string, unknown>): Promise<Signal> => {
    const answer = await trader.post<Signal>('/api/signals', signal(overrides));
    expect(answer.status).toBe(201);
    return answer.body;
  };

  it('shows a signal on the other instance, whatever that one had cached', async () => {
    const elsewhere = other.client();
    elsewhere.token = trader.token;
    for (let count = 0; count < 5; count += 1) {
      // Its own copy is dropped by a message, which may take a moment; the copy would last 5 s.
      const look = () => elsewhere.get<SignalPage>('/api/signals');
      await eventually(async () => expect((await look()).body.items).toHaveLength(count), {
        timeoutMs: 4_000,
      });
      await create({});
    }
  });

  it('decides in the order in which they came, whichever job runs first', async () => {
    const settings = { enabled: true, maxOpenPositions: 1 };
    await trader.send('PUT', '/api/signals/settings', settings);
    const made: Signal[] = [];
    for (const symbol of ['AAPL', 'MSFT', 'KO']) made.push(await create({ symbol, quantity: '1' }));
    await other.app.get(SignalTrading).trade(made[2]?.id ?? '');
    const decided = await Promise.all(
      made.map(({ id }) => trader.get<Signal>(`/api/signals/${id}`)),
    );
    expect(decided.map(({ body }) => body.reason ?? body.status)).toEqual([
      'executed',
      'trading.auto_open_positions',
      'trading.auto_open_positions',
    ]);
  });

  it('keeps what becomes of all signals of a user in one stream of news', async () => {
    const { sql: connection } = one.app.get(Database);
    const [first, second] = [await create({ quantity: '1' }), await create({ quantity: '1' })];
    const approval = (id: string) => trader.post(`/api/signals/${id}/approve`, {});
    let isApproved = false;
    // As long as somebody changes one of them, nobody changes another.
    const approved = await other.app.get(Database).transaction(async (transaction) => {
      await other.app.get(SignalsRepository).lock(transaction.sql, trader.user.id);
      const answer = approval(second.id).then(() => (isApproved = true));
      await eventually(async () => {
        const waiting = await connection.execute(sql`
          select 1 from pg_locks join pg_database on pg_database.oid = pg_locks.database
          where datname = current_database() and locktype = 'advisory' and not granted`);
        expect(rowsOf(waiting)).toHaveLength(1);
      });
      expect(isApproved).toBe(false);
      return { answer };
    });
    await approved.answer;
    await trader.post(`/api/signals/${first.id}/dismiss`);
    const rows = await connection.execute(sql`
      select name, payload from outbox where stream = ${`signals:${trader.user.id}`} order by seq`);
    const told = (rowsOf(rows) as OutboxLine[]).map(({ name, payload }) => [
      payload.signal?.status ?? name,
      payload.signal?.id ?? payload.signalId,
    ]);
    expect(told).toEqual([
      ['pending', first.id],
      ['pending', second.id],
      ['approved', second.id],
      ['trade-signal', second.id],
      ['dismissed', first.id],
    ]);
  });
});
