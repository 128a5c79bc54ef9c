import { sql } from 'drizzle-orm';
import { Database } from '../../src/database/index.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/kernel/duration.js';
import { money } from '../../src/kernel/money.js';
import type { Page } from '../../src/kernel/page.js';
import type { MarketStatus } from '../../src/modules/market-data/index.js';
import type { EquityHistory, PortfolioSummary } from '../../src/modules/portfolio/index.js';
import { StatementMaker } from '../../src/modules/portfolio/statements/statement-maker.js';
import type { Statement } from '../../src/modules/portfolio/statements/statements.dto.js';
import type { Account, Order } from '../../src/modules/trading/index.js';
import { ScheduleRegistry } from '../../src/redis/index.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { LASTING_SESSIONS } from './support/settings.js';

// An hour ahead, everything that comes back is due at once.
jest.setTimeout(120_000);

describe.each(SERVERS)('portfolio on $name', (kind) => {
  let bourse: Bourse;
  let trader: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(kind, { MARKET_TICK_MS: '100', ...LASTING_SESSIONS });
  });
  afterAll(() => bourse.close());
  beforeEach(async () => {
    trader = await bourse.trader();
    toNextHour();
  });

  /** A minute past a full hour: no test stands on the edge between two. */
  function toNextHour(): void {
    bourse.clock.advance(HOUR_MS - (bourse.clock.nowMs() % HOUR_MS) + MINUTE_MS);
  }
  const read = async <Body>(path: string, client = trader): Promise<Body> => {
    const answer = await client.get<Body>(path);
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const history = (timeframe = 'ALL', client = trader) =>
    read<EquityHistory>(`/api/portfolio/history?timeframe=${timeframe}`, client);
  const trade = async (side: 'buy' | 'sell', quantity: string): Promise<void> => {
    const body = { symbol: 'AAPL', side, type: 'market', quantity };
    const placed = await trader.post<Order>('/api/orders', body);
    await eventually(
      async () => {
        const order = await read<Order>(`/api/orders/${placed.body.id}`);
        expect(order.status).toBe('filled');
      },
      { timeoutMs: 40_000 },
    );
  };
  const runSchedule = () => {
    const schedule = bourse.app.get(ScheduleRegistry).find('portfolio.refresh-summaries');
    if (!schedule) throw new Error('the schedule is not registered');
    return schedule.run({ signal: new AbortController().signal });
  };
  /** The hour of the trades may be written down before them or after: the schedule runs by itself as well. */
  const nextHour = () => {
    bourse.clock.advance(HOUR_MS);
    return runSchedule();
  };
  const thisHour = () =>
    new Date(bourse.clock.nowMs() - (bourse.clock.nowMs() % HOUR_MS)).toISOString();
  /** The history from the start of an hour on, once it holds so many points; the last one is of this moment. */
  const untilPointsSince = (hour: string, count: number) =>
    eventually(
      async () => {
        const points = (await history()).points.filter(({ at }) => at >= hour);
        expect(points).toHaveLength(count);
        return points;
      },
      { timeoutMs: 40_000 },
    );

  it('begins with the starting cash at the opening, and ends with this moment', async () => {
    const account = await read<Account>('/api/account');
    const { points, asOf } = await history();
    const opening = {
      cash: '100000',
      positionsValue: '0',
      equity: '100000',
      contributed: '100000',
    };
    expect(points).toEqual([
      { at: account.createdAt, ...opening },
      { at: asOf, ...opening },
    ]);
    // By default, a month.
    const usual = await read<EquityHistory>('/api/portfolio/history');
    expect(usual).toMatchObject({ timeframe: '1M', currency: 'USD', points: [points[0], {}] });
  });

  it('writes down once an hour what an active account is worth', async () => {
    const idle = await bourse.trader();
    await read('/api/account', idle);
    await trade('buy', '10');
    const run = await nextHour();
    const hour = thisHour();
    const [first, now] = await untilPointsSince(hour, 2);
    for (const point of [first, now]) {
      const { cash, positionsValue, equity } = point ?? { cash: 0, positionsValue: 0 };
      expect(money(positionsValue).gt(0)).toBe(true);
      expect(money(cash).plus(positionsValue).toString()).toBe(equity);
    }
    // Again within the hour: the same job.
    expect(await runSchedule()).toEqual(run);
    bourse.clock.advance(HOUR_MS);
    expect(await runSchedule()).not.toEqual(run);
    const points = await untilPointsSince(hour, 3);
    expect(points[0]).toEqual(first);
    // The second run of the first hour has added nothing.
    const { id } = await read<Account>('/api/account');
    const stored = await bourse.app
      .get(Database)
      .sql.execute(
        sql`select slot_at from equity_points where account_id = ${id} and slot_at >= ${hour}`,
      );
    expect((stored as { rows: unknown[] }).rows).toHaveLength(2);
    expect((await history('ALL', idle)).points).toHaveLength(2);
  });

  it('keeps writing for a day what is left when all is sold', async () => {
    await trade('buy', '1');
    await trade('sell', '1');
    await nextHour();
    const [sold] = await untilPointsSince(thisHour(), 2);
    expect(sold).toMatchObject({ positionsValue: '0', cash: sold?.equity });
    const { length } = (await history()).points;
    bourse.clock.advance(2 * DAY_MS);
    // Waits until the job of this hour has done its work: on another account.
    const other = trader;
    trader = await bourse.trader();
    await trade('buy', '1');
    await nextHour();
    await untilPointsSince(thisHour(), 2);
    trader = other;
    expect((await history()).points).toHaveLength(length);
  });

  it('refreshes the cached summary on the way', async () => {
    await trade('buy', '1');
    // What the fill makes wrong may be told a moment later.
    const cached = await eventually(
      async () => {
        const first = await read<PortfolioSummary>('/api/portfolio/summary');
        expect(await read<PortfolioSummary>('/api/portfolio/summary')).toEqual(first);
        return first;
      },
      { timeoutMs: 40_000 },
    );
    await nextHour();
    const hour = thisHour();
    await untilPointsSince(hour, 2);
    const { id } = await read<Account>('/api/account');
    const stored = await bourse.app
      .get(Database)
      .sql.execute(
        sql`select as_of from equity_points where account_id = ${id} and slot_at = ${hour}`,
      );
    const [point] = (stored as { rows: { as_of: string | Date }[] }).rows;
    if (!point) throw new Error('the hour is not written down');
    const { asOf } = await read<PortfolioSummary>('/api/portfolio/summary');
    // Nobody asked within this hour: the answer is the one that the job left.
    expect(asOf).toBe(new Date(point.as_of).toISOString());
    expect(asOf > cached.asOf).toBe(true);
  });

  it('shows a timeframe from the last known worth before it, and never more than 1,000 points or so', async () => {
    const account = await read<Account>('/api/account');
    const nowMs = bourse.clock.nowMs();
    const openedMs = nowMs - 150 * DAY_MS;
    const connection = bourse.app.get(Database).sql;
    const [opened, ended] = [openedMs, nowMs].map((ms) => new Date(ms).toISOString());
    await connection.execute(
      sql`update accounts set created_at = ${opened} where id = ${account.id}`,
    );
    // 3,600 hours; each is worth its number.
    await connection.execute(sql`
      insert into equity_points (account_id, slot_at, as_of, cash, positions_value, equity, contributed)
      select ${account.id}, slot, slot + interval '2 seconds', n, 0, n, 100000
      from generate_series(date_trunc('hour', ${opened}::timestamptz) + interval '1 hour', ${ended}::timestamptz, interval '1 hour')
        with ordinality as hours(slot, n)`);
    const week = await history('1W');
    const [before, after] = week.points.map(({ at }) => Date.parse(at));
    const startMs = Date.parse(week.asOf) - 7 * DAY_MS;
    expect(before).toBeLessThanOrEqual(startMs);
    expect(after).toBeGreaterThan(startMs);
    expect((after ?? 0) - (before ?? 0)).toBe(HOUR_MS);
    expect(week.points.length).toBeGreaterThanOrEqual(7 * 24);
    const all = await history('ALL');
    expect(all.points.length).toBeGreaterThan(800);
    expect(all.points.length).toBeLessThanOrEqual(1_003);
    expect(all.points[0]).toMatchObject({ at: opened, equity: '100000' });
    const times = all.points.map(({ at }) => at);
    expect(times).toEqual([...times].sort());
  });

  it('writes a statement after each session, and they add up to the account', async () => {
    const idle = await bourse.trader();
    await read('/api/account', idle);
    const statements = async (query = '', client = trader) =>
      (await read<Page<Statement>>(`/api/portfolio/statements${query}`, client)).items;
    const closeSession = async (count: number) => {
      const { nextCloseAt } = await read<MarketStatus>('/api/market/status');
      bourse.clock.advance(Date.parse(nextCloseAt) - bourse.clock.nowMs() + 31 * MINUTE_MS);
      return eventually(
        async () => {
          const items = await statements();
          expect(items).toHaveLength(count);
          return items;
        },
        { timeoutMs: 40_000 },
      );
    };
    await trade('buy', '10');
    const deposit = { amount: '500.25' };
    expect((await trader.post('/api/account/deposits', deposit)).status).toBe(201);
    await closeSession(1);
    await trade('sell', '4');
    const [second, first] = await closeSession(2);
    if (first === undefined || second === undefined) throw new Error('no statements');
    expect(first).toMatchObject({
      since: null,
      openingEquity: '100000',
      netContributed: '500.25',
      positions: [{ symbol: 'AAPL', quantity: '10' }],
    });
    expect(second).toMatchObject({
      since: first.date,
      openingEquity: first.closingEquity,
      netContributed: '0',
      positions: [{ symbol: 'AAPL', quantity: '6' }],
      cash: (await read<Account>('/api/account')).cash,
    });
    expect(second.realizedPnl).toBe(
      (await read<PortfolioSummary>('/api/portfolio/summary')).realizedPnl,
    );
    const gained = money(first.profit).plus(second.profit).plus('100500.25');
    expect(second.closingEquity).toBe(gained.toFixed());
    for (const one of [first, second]) {
      expect(one.closingEquity).toBe(money(one.cash).plus(one.positionsValue).toFixed());
    }
    // Again changes nothing; an account in which nothing moved has none; others see their own.
    const maker = bourse.app.get(StatementMaker);
    const again = { date: second.date };
    expect(await maker.make(again, new AbortController().signal)).toEqual({ made: 0 });
    const past = { date: first.date };
    expect(await maker.make(past, new AbortController().signal)).toEqual({ made: 0 });
    expect(await statements()).toEqual([second, first]);
    expect(await statements('', idle)).toEqual([]);
    const page = await read<Page<Statement>>('/api/portfolio/statements?limit=1');
    expect(page.items).toEqual([second]);
    expect(await statements(`?limit=1&cursor=${page.nextCursor}`)).toEqual([first]);
    expect((await trader.get('/api/portfolio/statements?cursor=no')).status).toBe(400);
    expect((await bourse.client().get('/api/portfolio/statements')).status).toBe(401);
    // Run again, the schedule makes what is missing, whatever has become of the jobs of the first time.
    const { sql: database } = bourse.app.get(Database);
    await database.execute(sql`delete from account_statements where id = ${second.id}`);
    await maker.start();
    const { date, since } = second;
    await eventually(
      async () => expect(await statements()).toMatchObject([{ date, since }, first]),
      { timeoutMs: 20_000 },
    );
  });

  it('refuses what is no timeframe, and who is not signed in', async () => {
    for (const query of [
      'timeframe=1D',
      'timeframe=',
      'timeframe=1w',
      'from=2020',
      'timeframe=1W&timeframe=1M',
    ]) {
      const answer = await trader.get<Problem>(`/api/portfolio/history?${query}`);
      expect([answer.status, answer.body.code]).toEqual([400, 'request.invalid']);
    }
    for (const path of ['/api/portfolio/summary', '/api/portfolio/history']) {
      expect((await bourse.client().get(path)).status).toBe(401);
    }
  });
});
