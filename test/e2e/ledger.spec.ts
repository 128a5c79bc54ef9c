import { sql } from 'drizzle-orm';
import { Database } from '../../src/database/index.js';
import { newId } from '../../src/kernel/ids.js';
import { AlertEvaluation } from '../../src/modules/monitoring/alerts/alerts.schedules.js';
import { LedgerCheck } from '../../src/modules/trading/ledger/ledger-check.js';
import { LedgerChecksRepository } from '../../src/modules/trading/ledger/ledger-checks.repository.js';
import { ledgerChecksTable } from '../../src/modules/trading/ledger/ledger-checks.table.js';
import { LedgerVerifier, type Account, type Order } from '../../src/modules/trading/index.js';
import type { Activity, Transfer } from '../../src/modules/trading/accounts/transfers.dto.js';
import type { EquityHistory, PortfolioSummary } from '../../src/modules/portfolio/portfolio.dto.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';

describe.each(SERVERS)('the ledger on $name', (backend) => {
  let bourse: Bourse;
  let trader: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend, { MARKET_TICK_MS: '100' });
  });
  afterAll(() => bourse.close());
  beforeEach(async () => {
    trader = await bourse.trader();
  });

  const account = async () => (await trader.get<Account>('/api/account')).body;
  const activities = async (query = '') =>
    (
      await trader.get<{ items: Activity[]; nextCursor: string | null }>(
        `/api/account/activities${query}`,
      )
    ).body;
  const deposit = (body: unknown) => trader.post<Transfer & Problem>('/api/account/deposits', body);
  const withdraw = (body: unknown) =>
    trader.post<Transfer & Problem>('/api/account/withdrawals', body);
  const order = async (body: object): Promise<Order> => {
    const answer = await trader.post<Order>('/api/orders', { symbol: 'AAPL', ...body });
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const untilFilled = ({ id }: Pick<Order, 'id'>) =>
    eventually(
      async () => {
        const { body } = await trader.get<Order>(`/api/orders/${id}`);
        expect(body.status).toBe('filled');
      },
      { timeoutMs: 20_000 },
    );
  /** Of the trader's account. */
  const differences = async () => {
    const { id } = await account();
    for await (const verdict of bourse.app.get(LedgerVerifier).verifyAll()) {
      if (verdict.accountId === id) return verdict.differences;
    }
    throw new Error('the account was not verified');
  };

  it('opens with the starting cash, and takes more in and out', async () => {
    expect((await deposit({ amount: '500.25' })).status).toBe(201);
    expect((await withdraw({ amount: '0.25' })).status).toBe(201);
    expect(await account()).toMatchObject({
      startingCash: '100000',
      contributed: '100500',
      cash: '100500',
      availableCash: '100500',
    });
    const { items } = await activities();
    expect(items.map(({ seq, kind }) => [seq, kind])).toEqual([
      [3, 'withdrawal'],
      [2, 'deposit'],
      [1, 'opening'],
    ]);
    expect(items[1]?.postings).toEqual([
      { book: 'cash', symbol: null, amount: '500.25' },
      { book: 'capital', symbol: null, amount: '-500.25' },
    ]);
    expect(await differences()).toEqual([]);
  });

  it('lets one of fifty withdrawals of everything succeed', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => withdraw({ amount: '100000' })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status !== 201);
    expect(new Set(refused.map(({ body }) => body.code))).toEqual(
      new Set(['trading.insufficient_funds']),
    );
    expect(await account()).toMatchObject({ cash: '0', contributed: '0' });
    expect(await differences()).toEqual([]);
  });

  it('moves cash once for one client_transfer_id, however often it is sent', async () => {
    const body = { amount: '10', client_transfer_id: 'salary-1' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => deposit(body)));
    expect(new Set(answers.map(({ body: { id } }) => id)).size).toBe(1);
    expect((await account()).cash).toBe('100010');
    const other = await deposit({ ...body, amount: '11' });
    expect(other).toMatchObject({
      status: 422,
      body: { code: 'trading.client_transfer_id_reused' },
    });
    expect((await withdraw(body)).status).toBe(422);
    // The same amount in other digits is the same transfer.
    expect((await deposit({ ...body, amount: '10.00' })).body.id).toBe(answers[0]?.body.id);
    expect((await account()).cash).toBe('100010');
  });

  it.each([
    [{ amount: '0' }],
    [{ amount: '-1' }],
    [{ amount: '0.001' }],
    [{ amount: '1e3' }],
    [{ amount: 5 }],
    [{}],
    [{ amount: '1', client_transfer_id: '' }],
    [{ amount: '1', userId: 'x' }],
  ])('refuses a transfer of %j', async (body) => {
    expect((await deposit(body)).status).toBe(400);
    expect((await withdraw(body)).status).toBe(400);
    expect((await activities()).items).toMatchObject([{ kind: 'opening' }]);
  });

  it('writes down what an order holds back, frees, pays and gets', async () => {
    await untilFilled(await order({ side: 'buy', type: 'market', quantity: '3' }));
    await untilFilled(await order({ side: 'sell', type: 'market', quantity: '1' }));
    const waiting = await order({ side: 'buy', type: 'limit', quantity: '2', limitPrice: '1' });
    expect((await account()).reservedCash).toBe('2');
    const offered = await order({ side: 'sell', type: 'limit', quantity: '2', limitPrice: '9999' });
    expect(await differences()).toEqual([]);
    for (const { id } of [waiting, offered]) {
      expect((await trader.delete(`/api/orders/${id}`)).status).toBe(200);
    }
    const kinds = (await activities()).items.map(({ kind }) => kind).reverse();
    expect(kinds).toEqual([
      'opening',
      ...['hold', 'fill', 'hold', 'fill'],
      ...['hold', 'hold', 'release', 'release'],
    ]);
    expect((await activities('?kind=release')).items).toHaveLength(2);
    const first = await activities('?limit=5');
    const rest = await activities(`?limit=5&cursor=${first.nextCursor}`);
    expect([...first.items, ...rest.items].map(({ seq }) => seq)).toEqual([
      9, 8, 7, 6, 5, 4, 3, 2, 1,
    ]);
    expect(await differences()).toEqual([]);
  });

  it('takes no deposit for a gain', async () => {
    const summary = async () => (await trader.get<PortfolioSummary>('/api/portfolio/summary')).body;
    expect((await summary()).equity).toBe('100000');
    await deposit({ amount: '50000' });
    await eventually(async () => expect((await summary()).equity).toBe('150000'));
    expect(await summary()).toMatchObject({ contributed: '150000', totalReturn: '0' });
    const { body } = await trader.get<EquityHistory>('/api/portfolio/history?timeframe=1W');
    expect(body.points.at(-1)).toMatchObject({ equity: '150000', contributed: '150000' });
    const { body: performance } = await trader.get<{ profit: string; totalReturn: number }>(
      '/api/analytics/performance?timeframe=1W',
    );
    expect(performance).toMatchObject({ profit: '0', totalReturn: 0 });
  });

  it('hides the entries of others', async () => {
    await deposit({ amount: '1' });
    const stranger = await bourse.trader();
    const answer = await stranger.get<{ items: Activity[] }>('/api/account/activities');
    expect(answer.body.items).toMatchObject([{ seq: 1, kind: 'opening' }]);
    const { items } = await activities();
    expect(items).toHaveLength(2);
    expect(items.map(({ id }) => id)).not.toContain(answer.body.items[0]?.id);
  });

  describe('held against the accounts', () => {
    const database = () => bourse.app.get(Database);
    const activeAlert = async (admin: ApiClient, of = 'ledger_difference') => {
      const path = '/api/monitoring/alerts?state=active';
      const { body } = await admin.get<{ items: { kind: string; message: string }[] }>(path);
      return body.items.find(({ kind }) => kind === of);
    };
    const patient = { timeoutMs: 20_000 };

    it('raises an alert for a difference, which stands until it is mended', async () => {
      const admin = await bourse.admin();
      const { id } = await account();
      const check = async () => {
        const path = '/api/admin/schedules/trading.reconcile-ledger/run';
        await eventually(async () => expect((await admin.post(path)).status).toBe(202), patient);
      };
      await database().sql.execute(sql`update accounts set cash = cash + 1 where id = ${id}`);
      await check();
      await eventually(async () => {
        expect(await activeAlert(admin)).toMatchObject({
          value: 1,
          threshold: 0,
          message: expect.stringContaining(id) as string,
        });
      }, patient);
      // The alerts that are evaluated each minute know nothing of it.
      await bourse.app.get(AlertEvaluation).run();
      expect(await activeAlert(admin)).toBeDefined();
      await database().sql.execute(sql`update accounts set cash = cash - 1 where id = ${id}`);
      await check();
      await eventually(async () => expect(await activeAlert(admin)).toBeUndefined(), patient);
    });

    it('raises an alert for a check that came to no end, which stands until one does', async () => {
      const admin = await bourse.admin();
      const run = async (name: string) => {
        const path = `/api/admin/schedules/${name}/run`;
        await eventually(async () => expect((await admin.post(path)).status).toBe(202), patient);
      };
      const alert = () => activeAlert(admin, 'ledger_check_failed');
      const checks = bourse.app.get(LedgerChecksRepository);
      const check = bourse.app.get(LedgerCheck);
      const checkId = newId();
      await database().transaction(({ sql: connection }) => checks.begin(connection, checkId));
      expect(await check.tellOfStalled()).toEqual({ stalled: null });
      await database().sql.execute(
        sql`update ledger_checks set counted_at = now() - interval '61 minutes' where id = ${checkId}`,
      );
      await run('trading.watch-ledger-check');
      await eventually(async () => {
        expect((await alert())?.message).toMatch(/^The check of the ledger of .+ came to no end/);
      }, patient);
      await bourse.app.get(AlertEvaluation).run();
      expect(await alert()).toBeDefined();
      await run('trading.reconcile-ledger');
      await eventually(async () => expect(await alert()).toBeUndefined(), patient);
      expect(await check.tellOfStalled()).toEqual({ stalled: null });
    });

    it('counts each account once, batch by batch, however often a batch runs', async () => {
      for (let i = 0; i < 3; i += 1) await (await bourse.trader()).get('/api/account');
      const checkId = newId();
      await bourse.app
        .get(Database)
        .transaction(({ sql: connection }) =>
          bourse.app.get(LedgerChecksRepository).begin(connection, checkId),
        );
      const ledger = bourse.app.get(LedgerCheck);
      const first = () => ledger.verify({ checkId }, new AbortController().signal, 2);
      expect(await Promise.all([first(), first()])).toEqual([
        { accounts: 2, differing: 0 },
        { accounts: 2, differing: 0 },
      ]);
      const { rows } = (await database().sql.execute(
        sql`select count(*)::int as count from accounts`,
      )) as { rows: { count: number }[] };
      const one = async () =>
        (await database().sql.select().from(ledgerChecksTable)).find(({ id }) => id === checkId);
      await eventually(async () => expect((await one())?.endedAt).not.toBeNull(), patient);
      await first();
      expect(await one()).toMatchObject({ accounts: rows[0]?.count, differing: 0, found: [] });
    });
  });

  describe('kept in the database', () => {
    const run = (statement: ReturnType<typeof sql>) =>
      bourse.app.get(Database).sql.execute(statement);

    it('refuses to change or delete what was written', async () => {
      await deposit({ amount: '1' });
      for (const statement of [
        sql`update ledger_postings set amount = amount * 2`,
        sql`delete from ledger_postings`,
        sql`update ledger_entries set seq = seq + 1`,
        sql`delete from ledger_entries`,
        sql`truncate ledger_postings`,
        sql`truncate accounts cascade`,
      ]) {
        const failed = await run(statement).catch((error: Error) => String(error.cause));
        expect(failed).toMatch(/append-only/);
      }
    });

    it('refuses postings that do not sum to zero', async () => {
      const { id } = (await deposit({ amount: '1' })).body;
      const lines = sql`insert into ledger_postings values (${id}, 7, 'cash', null, 5), (${id}, 8, 'position', 'AAPL', -5)`;
      const failed = await run(lines).catch((error: Error) => String(error.cause));
      expect(failed).toMatch(/do not sum to zero/);
    });

    it.each([
      ['cash', sql`update accounts set cash = cash + 0.0000000001`],
      ['reservedCash', sql`update accounts set reserved_cash = 1`],
      ['contributed', sql`update accounts set contributed = 1`],
      ['ledgerSeq', sql`update accounts set ledger_seq = ledger_seq - 1`],
      ['positions.AAPL.quantity', sql`update positions set quantity = quantity + 1`],
      ['positions.AAPL.averageCost', sql`update positions set average_cost = average_cost + 1`],
      ['positions.AAPL.realizedPnl', sql`update positions set realized_pnl = 5`],
    ])('finds a changed figure: %s', async (what, change) => {
      await untilFilled(await order({ side: 'buy', type: 'market', quantity: '3' }));
      const { id } = await account();
      const column = what.startsWith('positions') ? sql`account_id` : sql`id`;
      await run(sql`${change} where ${column} = ${id}`);
      expect((await differences()).map((difference) => difference.what)).toContain(what);
    });

    it('finds a changed history, though nothing that is kept of now has changed', async () => {
      const { id: bought } = await order({ side: 'buy', type: 'market', quantity: '3' });
      await untilFilled({ id: bought });
      const { id: sold } = await order({ side: 'sell', type: 'market', quantity: '1' });
      await untilFilled({ id: sold });
      const { id } = await account();
      expect(await differences()).toEqual([]);
      await bourse.app.get(Database).transaction(async ({ sql: connection }) => {
        // What the triggers refuse to who does not switch them off.
        await connection.execute(sql`set local session_replication_role = replica`);
        for (const statement of [
          sql`update lot_closures set closed_at = closed_at + interval '1 day', execution_id = null where account_id = ${id}`,
          sql`update position_lots set opened_seq = opened_seq + 1 where account_id = ${id}`,
          sql`update order_transitions set to_status = 'cancelled' where order_id = ${bought} and to_status = 'filled'`,
          sql`delete from order_transitions where order_id = ${sold} and version = 1`,
          sql`update orders set status = 'cancelled' where id = ${sold}`,
        ]) {
          await connection.execute(statement);
        }
      });
      const found = (await differences()).map(({ what }) => what);
      for (const what of [
        /^closures\.\d+\.0\.closedAt$/,
        /^closures\.\d+\.0\.executionId$/,
        /^lots\..+\.openedSeq$/,
        `orders.${bought}.history.status`,
        `orders.${sold}.status`,
        `orders.${sold}.history.status`,
        `orders.${sold}.history.hasBeginning`,
      ]) {
        expect(found).toContainEqual(expect.stringMatching(what));
      }
    });

    it('finds a changed order', async () => {
      const placed = await order({ side: 'buy', type: 'market', quantity: '3' });
      await untilFilled(placed);
      await run(
        sql`update orders set filled_quantity = 2, reserved_cash = 1 where id = ${placed.id}`,
      );
      expect((await differences()).map(({ what }) => what)).toEqual(
        expect.arrayContaining([
          `orders.${placed.id}.filledQuantity`,
          `orders.${placed.id}.reservedCash`,
          'orders.reservedCash',
        ]),
      );
    });
  });
});
