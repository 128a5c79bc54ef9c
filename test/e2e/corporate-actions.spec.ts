import { ne, sql } from 'drizzle-orm';
import { Database } from '../../src/database/index.js';
import { money } from '../../src/kernel/money.js';
import type { Page } from '../../src/kernel/page.js';
import type { OptionChain } from '../../src/modules/market-data/index.js';
import { AccountWork } from '../../src/modules/trading/accounts/account-work.js';
import { accountsTable } from '../../src/modules/trading/accounts/accounts.table.js';
import type { LotView, RealizedPnl } from '../../src/modules/trading/accounts/lots.dto.js';
import type { Activity } from '../../src/modules/trading/accounts/transfers.dto.js';
import type { CorporateActionView } from '../../src/modules/trading/corporate-actions/corporate-actions.dto.js';
import { CorporateActionsService } from '../../src/modules/trading/corporate-actions/corporate-actions.service.js';
import { type Account, type Order, type OrderTransition } from '../../src/modules/trading/index.js';
import { OrdersService } from '../../src/modules/trading/orders/orders.service.js';
import type { OrderRequest } from '../../src/modules/trading/trading.dto.js';
import { Deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { expectExactLedgers, LATER, tradingDesk } from './support/trading-desk.js';

jest.setTimeout(120_000);

describe.each(SERVERS)('corporate actions on $name', (backend) => {
  let bourse: Bourse;
  let admin: ApiClient;
  let trader: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend, { MARKET_TICK_MS: '100' });
    admin = await bourse.admin();
  });
  afterAll(() => bourse.close());
  beforeEach(async () => {
    trader = await bourse.trader();
  });
  afterEach(() => expectExactLedgers(bourse));

  const { read, place, until, trade, account, positions } = tradingDesk(() => trader);
  const announce = async (body: object): Promise<CorporateActionView> => {
    const answer = await admin.post<CorporateActionView>('/api/admin/corporate-actions', body);
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const untilDone = (reference: string): Promise<CorporateActionView> =>
    eventually(async () => {
      const { items } = await read<Page<CorporateActionView>>(
        '/api/admin/corporate-actions?limit=200',
        admin,
      );
      const found = items.find((action) => action.reference === reference);
      expect(found?.appliedAt).toEqual(expect.any(String));
      return found as CorporateActionView;
    }, LATER);
  const lots = async (symbol: string): Promise<readonly LotView[]> =>
    (await read<Page<LotView>>(`/api/positions/${symbol}/lots`)).items;
  const cash = async (client = trader) => (await account(client)).cash;
  const latest = async (): Promise<Activity | undefined> =>
    (await read<Page<Activity>>('/api/account/activities?limit=1')).items[0];

  it('split: lots and average cost follow exactly, orders of the symbol end, others stay', async () => {
    await trade('buy', 'AAPL', '10');
    await trade('buy', 'AAPL', '5');
    const [first, second] = (await lots('AAPL')) as [LotView, LotView];
    const before = await cash();
    const waiting = { side: 'buy', type: 'limit', quantity: '1', limitPrice: '1' };
    const ended = await place({ ...waiting, symbol: 'AAPL' });
    const offered = await place({
      ...waiting,
      symbol: 'AAPL',
      side: 'sell',
      limitPrice: '9999',
      quantity: '3',
    });
    const other = await place({ ...waiting, symbol: 'MSFT' });
    const legs = { takeProfit: { limitPrice: '9999' }, stopLoss: { stopPrice: '0.5' } };
    const bracket = await place({ ...waiting, symbol: 'AAPL', orderClass: 'bracket', ...legs });
    const sale = { symbol: 'AAPL', side: 'sell', type: 'limit', quantity: '2' };
    const pair = await place({ ...sale, orderClass: 'oco', ...legs });
    for (const { id } of [ended, offered, other, bracket, pair]) await until(id, 'open');
    const grouped = [bracket, pair].flatMap(({ id, legs: own }) => [{ id }, ...(own ?? [])]);

    const split = { reference: 'AAPL-4-for-1', kind: 'split', symbol: 'AAPL', from: 1, to: 4 };
    const announced = await announce(split);
    expect(announced).toMatchObject({ fractions: 'keep', accounts: 1 });
    expect(await untilDone('AAPL-4-for-1')).toMatchObject({ accounts: 1, applied: 1 });

    for (const { id } of [ended, offered, ...grouped]) {
      await until(id, 'cancelled');
      const { items } = await read<Page<OrderTransition>>(`/api/orders/${id}/history`);
      expect(items[0]?.reason).toBe('corporate_action');
    }
    expect((await read<Order>(`/api/orders/${other.id}`)).status).toBe('open');
    const cost = money(first.cost).plus(second.cost);
    expect(await positions()).toMatchObject([{ symbol: 'AAPL', quantity: '60' }]);
    expect(money((await positions())[0]?.averageCost ?? 0).toFixed(8)).toBe(
      cost.div(60).toFixed(8),
    );
    expect(await lots('AAPL')).toMatchObject([
      { id: first.id, quantity: '40', cost: first.cost, openedAt: first.openedAt },
      { id: second.id, quantity: '20', cost: second.cost, openedAt: second.openedAt },
    ]);
    expect(await cash()).toBe(before);
    expect(await latest()).toMatchObject({
      kind: 'split',
      corporateActionId: announced.id,
      postings: [
        { book: 'position', symbol: 'AAPL', amount: '45' },
        { book: 'market', symbol: 'AAPL', amount: '-45' },
      ],
    });
    // Sent again, nothing happens again; another one under its name is refused.
    expect((await announce(split)).id).toBe(announced.id);
    const reused = await admin.post<Problem>('/api/admin/corporate-actions', { ...split, to: 5 });
    expect(reused).toMatchObject({
      status: 422,
      body: { code: 'trading.corporate_action_reused' },
    });
    expect(await positions()).toMatchObject([{ quantity: '60' }]);
    // And it is traded with: 50 of 60, the oldest first.
    await trade('sell', 'AAPL', '50');
    expect(await lots('AAPL')).toMatchObject([{ id: second.id, quantity: '10' }]);
  });

  it('reverse split: whole shares stay, and cash comes for the rest', async () => {
    await trade('buy', 'SPY', '25');
    const [lot] = (await lots('SPY')) as [LotView];
    const before = await cash();
    const split = { kind: 'split', symbol: 'SPY', from: 10, to: 1, cashInLieuPrice: '5000' };
    await announce({ ...split, reference: 'SPY-1-for-10' });
    await untilDone('SPY-1-for-10');
    expect(await positions()).toMatchObject([{ symbol: 'SPY', quantity: '2' }]);
    // 25 / 10 = 2.5: half a share at 5,000, which had cost a fifth of all.
    const paid = money(lot.cost).div(5);
    expect(await cash()).toBe(money(before).plus(2_500).toFixed());
    const { items, total } = await read<RealizedPnl>('/api/account/realized-pnl');
    const realizedPnl = money(2_500).minus(paid).toFixed();
    expect(items).toMatchObject([
      {
        lotId: lot.id,
        executionId: null,
        method: 'cash_in_lieu',
        quantity: '0.5',
        proceeds: '2500',
        cost: paid.toFixed(),
        realizedPnl,
      },
    ]);
    expect(total.realizedPnl).toBe(realizedPnl);
    expect(await positions()).toMatchObject([{ realizedPnl }]);
  });

  it('dividend: who holds is paid, by share; orders stay as they are', async () => {
    await trade('buy', 'NVDA', '12.5');
    const stranger = await bourse.trader();
    const order = await place({
      symbol: 'NVDA',
      side: 'sell',
      type: 'limit',
      quantity: '4',
      limitPrice: '99999',
    });
    const before = await cash();
    const dividend = { kind: 'dividend', symbol: 'NVDA', cashPerShare: '0.24' };
    await announce({ ...dividend, reference: 'NVDA-Q4' });
    expect(await untilDone('NVDA-Q4')).toMatchObject({ accounts: 1 });
    // 12.5 × 0.24
    expect(await cash()).toBe(money(before).plus(3).toFixed());
    expect(await cash(stranger)).toBe('100000');
    expect(await latest()).toMatchObject({
      kind: 'dividend',
      postings: [
        { book: 'cash', symbol: null, amount: '3' },
        { book: 'market', symbol: null, amount: '-3' },
      ],
    });
    expect(['accepted', 'open']).toContain((await read<Order>(`/api/orders/${order.id}`)).status);
    await eventually(async () => {
      const summary = await read<{ cash: string }>('/api/portfolio/summary');
      expect(summary.cash).toBe(await cash());
    }, LATER);
  });

  it('symbol change: the shares go on under another name, what was won stays where it was won', async () => {
    await trade('buy', 'AMZN', '9');
    await trade('sell', 'AMZN', '2');
    const [lot] = (await lots('AMZN')) as [LotView];
    const { total } = await read<RealizedPnl>('/api/account/realized-pnl');
    const change = { kind: 'symbol_change', symbol: 'AMZN', newSymbol: 'AMZQ' };
    await announce({ ...change, reference: 'AMZN-AMZQ' });
    await untilDone('AMZN-AMZQ');
    expect(await positions()).toMatchObject([{ symbol: 'AMZQ', quantity: '7', realizedPnl: '0' }]);
    expect(await lots('AMZN')).toEqual([]);
    expect(await lots('AMZQ')).toEqual([{ ...lot, symbol: 'AMZQ' }]);
    expect((await read<RealizedPnl>('/api/account/realized-pnl')).total).toEqual(total);
  });

  it('takes effect before anything else in an account, and once in each, whatever ends in between', async () => {
    const other = await bourse.trader();
    await trade('buy', 'TSLA', '10');
    await trade('buy', 'TSLA', '3', other);
    const actions = bourse.app.get(CorporateActionsService);
    // As if the process that applies them had died.
    const dead = jest.spyOn(actions, 'apply').mockRejectedValue(new Error('no such process'));
    const split = { kind: 'split', symbol: 'TSLA', from: 1, to: 3, reference: 'TSLA-3-for-1' };
    try {
      expect(await announce(split)).toMatchObject({ accounts: 2, applied: 0, appliedAt: null });
      await trade('sell', 'TSLA', '29');
      expect(await positions()).toMatchObject([{ quantity: '1' }]);
      expect(await positions(other)).toMatchObject([{ quantity: '3' }]);
    } finally {
      dead.mockRestore();
    }
    await Promise.all([actions.resume(), actions.resume()]);
    expect(await untilDone('TSLA-3-for-1')).toMatchObject({ accounts: 2, applied: 2 });
    expect(await positions()).toMatchObject([{ quantity: '1' }]);
    expect(await positions(other)).toMatchObject([{ quantity: '9' }]);
    const { sql: connection } = bourse.app.get(Database);
    const waiting = await connection
      .select()
      .from(accountsTable)
      .where(ne(accountsTable.pendingActions, 0));
    expect(waiting).toEqual([]);
  });

  it('ends the orders too that are being accepted at its moment, in accounts that had nothing to do with the symbol', async () => {
    const work = bourse.app.get(AccountWork);
    const { id: accountId } = await account();
    const waiting: OrderRequest = {
      symbol: 'JPM',
      side: 'buy',
      type: 'limit',
      timeInForce: 'gtc',
      quantity: '1',
      limitPrice: '1',
    };
    const [accepted, mayCommit] = [new Deferred<Order>(), new Deferred<undefined>()];
    const placed = work.run(accountId, async (transaction, row) => {
      accepted.resolve(await bourse.app.get(OrdersService).placeWithin(transaction, row, waiting));
      await mayCommit.promise;
    });
    const { id } = await accepted.promise;
    const split = { kind: 'split', symbol: 'JPM', from: 1, to: 2, reference: 'JPM-2-for-1' };
    const announced = announce(split);
    const { sql: connection } = bourse.app.get(Database);
    const isWaiting = eventually(async () => {
      const waits = connection
        .select({ one: sql`1` })
        .from(sql`pg_locks`)
        .where(
          sql`locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`,
        );
      expect(await waits).not.toEqual([]);
    }, LATER);
    await Promise.race([announced, isWaiting]);
    mayCommit.resolve(undefined);
    await placed;
    expect(await announced).toMatchObject({ accounts: 1 });
    const ended = await until(id, 'cancelled');
    const { items } = await read<Page<OrderTransition>>(`/api/orders/${ended.id}/history`);
    expect(items[0]).toMatchObject({ reason: 'corporate_action' });
  });

  it('refuses what is no corporate action, and who may not announce one', async () => {
    const good = { reference: 'x', kind: 'dividend', symbol: 'AAPL', cashPerShare: '1' };
    expect((await trader.post('/api/admin/corporate-actions', good)).status).toBe(403);
    expect((await trader.get('/api/admin/corporate-actions')).status).toBe(403);
    expect((await bourse.client().post('/api/admin/corporate-actions', good)).status).toBe(401);
    for (const bad of [
      { ...good, reference: '' },
      { ...good, cashPerShare: '-1' },
      { ...good, kind: 'spin_off' },
      { reference: 'x', kind: 'split', symbol: 'AAPL', from: 1, to: 1 },
      { reference: 'x', kind: 'split', symbol: 'AAPL', from: 0, to: 1 },
      { reference: 'x', kind: 'symbol_change', symbol: 'AAPL', newSymbol: 'AAPL' },
    ]) {
      expect((await admin.post('/api/admin/corporate-actions', bad)).status).toBe(400);
    }
    const unpriced = { reference: 'x', kind: 'split', symbol: 'NOPE', from: 1, to: 2 };
    const answer = await admin.post<Problem>('/api/admin/corporate-actions', unpriced);
    expect([answer.status, answer.body.code]).toEqual([422, 'trading.bad_corporate_action']);
  });

  it('short positions pay dividends and fractions, and what stands behind them goes where they go', async () => {
    await trader.patch('/api/account/settings', { shortSelling: true });
    await trade('sell', 'KO', '11');
    const before = money(await cash());
    const of = (reference: string, body: object) =>
      announce({ reference, symbol: 'KO', ...body }).then(() => untilDone(reference));
    await of('KO-short-dividend', { kind: 'dividend', cashPerShare: '0.5' });
    // 11 × 0.50.
    expect(await cash()).toBe(before.minus('5.5').toFixed());
    const fractions = { fractions: 'cash', cashInLieuPrice: '60' };
    await of('KO-short-1-for-2', { kind: 'split', from: 2, to: 1, ...fractions });
    // 5.5 are owed, half a share is bought back for 30.
    expect(await positions()).toMatchObject([{ symbol: 'KO', quantity: '-5' }]);
    expect(await cash()).toBe(before.minus('35.5').toFixed());
    await of('KO-short-renamed', { kind: 'symbol_change', newSymbol: 'KOX' });
    const [moved] = await positions();
    expect(moved).toMatchObject({ symbol: 'KOX', quantity: '-5', price: null });
    const { collateral, availableCash } = await read<Account>('/api/account');
    expect(moved?.collateral).toBe(collateral);
    expect(money(collateral).gt(0)).toBe(true);
    expect(availableCash).toBe(before.minus('35.5').minus(collateral).toFixed());
    // Half a share each: nothing is left, and nothing stands behind it.
    const last = { kind: 'split', symbol: 'KOX', from: 10, to: 1, ...fractions };
    await of('KOX-short-1-for-10', last);
    expect(await positions()).toEqual([]);
    expect(await read<Account>('/api/account')).toMatchObject({
      cash: before.minus('65.5').toFixed(),
      collateral: '0',
      availableCash: before.minus('65.5').toFixed(),
    });
  });

  it('a dividend beyond all that an account has is due: a debit, which sales and deposits bring it out of', async () => {
    await trader.patch('/api/account/settings', { shortSelling: true });
    await trade('buy', 'MSFT', '1');
    await trade('sell', 'JNJ', '10');
    const waiting = { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '1' };
    const { id } = await place(waiting);
    const before = money(await cash());
    const reference = 'JNJ-liquidating';
    await announce({ reference, symbol: 'JNJ', kind: 'dividend', cashPerShare: '50000' });
    await untilDone(reference);
    const debit = before.minus('500000').toFixed();
    expect(await account()).toMatchObject({ cash: debit, availableCash: debit, collateral: '0' });
    expect(await until(id, 'cancelled')).toMatchObject({ symbol: 'AAPL' });
    const { items } = await read<Page<OrderTransition>>(`/api/orders/${id}/history`);
    expect(items[0]).toMatchObject({ to: 'cancelled', reason: 'margin_call' });
    expect((await trader.post('/api/orders', waiting)).status).toBe(422);
    await trade('sell', 'MSFT', '1');
    const paidIn = await trader.post('/api/account/deposits', { amount: '500000' });
    expect(paidIn.status).toBe(201);
    // The next check of its margin puts behind it again what must stand there.
    await eventually(async () => expect((await account()).collateral).not.toBe('0'), LATER);
    expect(await positions()).toMatchObject([{ symbol: 'JNJ', quantity: '-10' }]);
  });

  it('no position turns another: what is owed under one symbol takes no shares from behind a call under another', async () => {
    await trader.patch('/api/account/settings', { shortSelling: true });
    await trade('buy', 'JNJ', '100');
    const { expiries } = await read<OptionChain>('/api/market/options/JNJ');
    const path = `/api/market/options/JNJ?expiry=${expiries.at(-1)}`;
    // Far from its end and in the money: there are bids for it.
    const { strikes } = await read<OptionChain>(path);
    await trade('sell', strikes[5]?.call.symbol ?? '', '100');
    await trade('sell', 'V', '30');
    const before = await positions();
    const [cashBefore, actionsBefore] = [
      await cash(),
      await read<Page<CorporateActionView>>('/api/admin/corporate-actions?limit=1', admin),
    ];
    const change = { kind: 'symbol_change', symbol: 'V', newSymbol: 'JNJ' };
    for (const [symbol, newSymbol, code] of [
      ['V', 'JNJ', 'opposite_positions'],
      ['JNJ', 'V', 'contracts_open'],
    ]) {
      const body = { ...change, symbol, newSymbol, reference: `${symbol}-${newSymbol}` };
      const answer = await admin.post<Problem>('/api/admin/corporate-actions', body);
      expect([answer.status, answer.body.code]).toEqual([409, `trading.${code}`]);
    }
    expect((await positions()).map(({ symbol, quantity }) => [symbol, quantity])).toEqual(
      before.map(({ symbol, quantity }) => [symbol, quantity]),
    );
    expect(await cash()).toBe(cashBefore);
    const actionsNow = await read<typeof actionsBefore>(
      '/api/admin/corporate-actions?limit=1',
      admin,
    );
    expect(actionsNow.items).toEqual(actionsBefore.items);
    // Once nothing is owed, the change is one like any other.
    await trade('buy', 'V', '30');
    await announce({ ...change, reference: 'V-JNJ-later' });
    await untilDone('V-JNJ-later');
  });

  it('no symbol changes into one that another is about to become: positions that it cannot see yet may be turned', async () => {
    await trader.patch('/api/account/settings', { shortSelling: true });
    await trade('buy', 'META', '5');
    await trade('sell', 'GOOGL', '5');
    const actions = bourse.app.get(CorporateActionsService);
    // As if the process that applies them had died.
    const dead = jest.spyOn(actions, 'apply').mockRejectedValue(new Error('no such process'));
    const become = { kind: 'symbol_change', newSymbol: 'MERGED' };
    try {
      await announce({ ...become, symbol: 'META', reference: 'META-MERGED' });
      const second = { ...become, symbol: 'GOOGL', reference: 'GOOGL-MERGED' };
      const answer = await admin.post<Problem>('/api/admin/corporate-actions', second);
      expect([answer.status, answer.body.code]).toEqual([409, 'trading.symbol_changing']);
      const on = { ...second, symbol: 'MERGED', newSymbol: 'GOOGL' };
      const further = await admin.post<Problem>('/api/admin/corporate-actions', on);
      expect([further.status, further.body.code]).toEqual([409, 'trading.symbol_changing']);
    } finally {
      dead.mockRestore();
    }
    await actions.resume();
    await untilDone('META-MERGED');
    const now = { ...become, symbol: 'GOOGL', reference: 'GOOGL-MERGED' };
    const answer = await admin.post<Problem>('/api/admin/corporate-actions', now);
    expect([answer.status, answer.body.code]).toEqual([409, 'trading.opposite_positions']);
  });
});
