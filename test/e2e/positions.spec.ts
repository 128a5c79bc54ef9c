import { sql } from 'drizzle-orm';
import { Database } from '../../src/database/index.js';
import { newId } from '../../src/kernel/ids.js';
import { money, sumOf } from '../../src/kernel/money.js';
import type { Page } from '../../src/kernel/page.js';
import type { Performance, PortfolioSummary } from '../../src/modules/portfolio/index.js';
import type { LotView, RealizedPnl } from '../../src/modules/trading/accounts/lots.dto.js';
import { PositionsService } from '../../src/modules/trading/accounts/positions.service.js';
import {
  LedgerVerifier,
  type Account,
  type Order,
  type ValuedPosition,
} from '../../src/modules/trading/index.js';
import { PositionPnlService } from '../../src/modules/trading/pnl/position-pnl.service.js';
import { pnlWatched } from '../../src/modules/trading/pnl/pnl-watch.js';
import { positionPnlCache } from '../../src/modules/trading/trading.caches.js';
import { Bus, Caches } from '../../src/redis/index.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { LiveClient, type LiveMessage } from './support/live-client.js';
import { WITHOUT_LIMITS } from './support/settings.js';
import { tradingDesk } from './support/trading-desk.js';

interface PositionPage {
  readonly items: ValuedPosition[];
  readonly nextCursor: string | null;
}
interface Liquidation {
  readonly cancelled: Order[];
  readonly items: { symbol: string; order: Order | null; error: { code: string } | null }[];
}
interface Pnl {
  readonly positions: ValuedPosition[];
  readonly marketValue: string;
  readonly unrealizedPnl: string;
  readonly asOf: string;
}

const pnlOf = ({ data }: LiveMessage) => data as unknown as Pnl;

describe.each(SERVERS)('positions on $name', (kind) => {
  let bourse: Bourse;
  let trader: ApiClient;
  let stranger: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(kind, {
      MARKET_TICK_MS: '100',
      ...WITHOUT_LIMITS,
    });
    stranger = await bourse.trader();
  });
  afterAll(() => bourse.close());
  beforeEach(async () => {
    trader = await bourse.trader();
  });

  const { read, trade } = tradingDesk(() => trader);

  it('values what is held at what a sale would get now', async () => {
    await trade('buy', 'AAPL', '3');
    const { items } = await read<PositionPage>('/api/positions');
    const [position] = items;
    const price = money(position?.price ?? 0);
    const cost = money(position?.averageCost ?? 0);
    expect(items).toHaveLength(1);
    expect(position).toMatchObject({
      symbol: 'AAPL',
      quantity: '3',
      marketValue: price.times(3).toString(),
      unrealizedPnl: price.minus(cost).times(3).toString(),
      realizedPnl: '0',
    });
    // Not from a cache: the quote is of this moment, and moves.
    await eventually(async () => {
      const [later] = (await read<PositionPage>('/api/positions')).items;
      expect((later?.asOf ?? '') > (position?.asOf ?? '')).toBe(true);
    });
    expect((await read<PositionPage>('/api/positions', stranger)).items).toEqual([]);
  });

  it('pages by symbol, without a gap or a repetition', async () => {
    for (const symbol of ['MSFT', 'AAPL', 'SPY']) await trade('buy', symbol, '1');
    const first = await read<PositionPage>('/api/positions?limit=2');
    expect(first.items.map(({ symbol }) => symbol)).toEqual(['AAPL', 'MSFT']);
    const next = `/api/positions?limit=2&cursor=${first.nextCursor ?? ''}`;
    const second = await read<PositionPage>(next);
    expect(second.items.map(({ symbol }) => symbol)).toEqual(['SPY']);
    expect(second.nextCursor).toBeNull();
    for (const cursor of ['nonsense!', 'AAAA', Buffer.from('a\0b').toString('base64url')]) {
      const answer = await trader.get<Problem>(`/api/positions?cursor=${cursor}`);
      expect([answer.status, answer.body.code]).toEqual([400, 'request.bad_cursor']);
    }
  });

  it('caches the profit to look at, replaces it on ticks while it is read, and drops it on a fill', async () => {
    const nothing = await read<Pnl>('/api/positions/pnl');
    expect(nothing).toMatchObject({ positions: [], marketValue: '0', unrealizedPnl: '0' });
    await trade('buy', 'AAPL', '2');
    await eventually(async () => {
      const pnl = await read<Pnl>('/api/positions/pnl');
      expect(pnl.positions).toMatchObject([{ symbol: 'AAPL', quantity: '2' }]);
      expect(pnl.unrealizedPnl).toBe(pnl.positions[0]?.unrealizedPnl);
    });
    const { asOf } = await read<Pnl>('/api/positions/pnl');
    // Long before its 30 s are over.
    await eventually(async () =>
      expect((await read<Pnl>('/api/positions/pnl')).asOf > asOf).toBe(true),
    );
    expect((await read<Pnl>('/api/positions/pnl', stranger)).positions).toEqual([]);
  });

  it('never shows the profit from before a fill as the one after it', async () => {
    const userId = trader.user.id;
    const pnl = bourse.app.get(PositionPnlService);
    const cache = bourse.app.get(Caches).use(positionPnlCache);
    const positions = bourse.app.get(PositionsService);
    const listOfUsers = positions.listOfUsers.bind(positions);
    expect((await pnl.view(userId)).positions).toEqual([]);
    // A tick whose computation the fill, and all that follows from it, falls into.
    const slowly = jest.spyOn(positions, 'listOfUsers').mockImplementation(async (userIds) => {
      const found = await listOfUsers(userIds);
      if (userIds.includes(userId)) {
        await trade('buy', 'AAPL', '2');
        await eventually(async () => expect(await cache.get({ userId })).toBeUndefined());
      }
      return found;
    });
    const [computed] = await pnl.refresh([userId]).finally(() => slowly.mockRestore());
    expect(computed?.pnl.positions ?? []).toEqual([]);
    expect((await pnl.view(userId)).positions).toMatchObject([{ symbol: 'AAPL', quantity: '2' }]);
  });

  it('tells followers how their positions move, however many watch, each at most every 250 ms', async () => {
    const crowd = { userIds: Array.from({ length: 250 }, newId) };
    const watch = () =>
      bourse.app
        .get(Bus)
        .publish(pnlWatched, crowd)
        .catch(() => undefined);
    await watch();
    const watching = setInterval(() => void watch(), 1_000).unref();
    const live = await LiveClient.connect(bourse.url, { token: trader.token });
    const elsewhere = await LiveClient.connect(bourse.url, { token: stranger.token });
    for (const socket of [live, elsewhere]) await socket.subscribe('trading.positions');
    await trade('buy', 'AAPL', '2');
    const heard = await eventually(
      () => {
        const messages = live.on('trading.positions');
        expect(messages.length).toBeGreaterThanOrEqual(6);
        return messages;
      },
      { timeoutMs: 15_000 },
    );
    const times = heard.map((message) => Date.parse(pnlOf(message).asOf));
    const gapsMs = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    // Ticks are 100 ms apart here.
    expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(249);
    const [position] = pnlOf(heard.at(-1) as LiveMessage).positions;
    expect(position).toMatchObject({ symbol: 'AAPL', quantity: '2' });
    const profit = money(position?.price ?? 0)
      .minus(position?.averageCost ?? 0)
      .times(2);
    expect(position?.unrealizedPnl).toBe(profit.toString());

    await trade('sell', 'AAPL', '2');
    const last = await live.next('trading.positions', (data) =>
      (data['positions'] as ValuedPosition[]).some(({ quantity }) => quantity === '0'),
    );
    expect(pnlOf(last)).toMatchObject({ marketValue: '0', unrealizedPnl: '0' });
    expect(elsewhere.on('trading.positions')).toEqual([]);
    clearInterval(watching);
    live.close();
    elsewhere.close();
  });

  it('says why an order was rejected, to its owner and on the live channel', async () => {
    const live = await LiveClient.connect(bourse.url, { token: trader.token });
    await live.subscribe('trading.orders');
    const body = { symbol: 'AAPL', side: 'buy', type: 'limit', limitPrice: '1.00', quantity: '10' };
    const { id } = (await trader.post<Order>('/api/orders', body)).body;
    await live.next('trading.orders', (data) => data['id'] === id && data['status'] === 'open');
    // As if the price had come when the money was gone.
    const { sql: connection } = bourse.app.get(Database);
    await connection.execute(sql`update accounts set cash = 5 where user_id = ${trader.user.id}`);
    await connection.execute(sql`update orders set limit_price = 99999 where id = ${id}`);
    const told = await live.next('trading.orders', (data) => data['status'] === 'rejected');
    expect(told.data).toMatchObject({ id, rejectReason: 'trading.insufficient_funds' });
    const order = await read<Order>(`/api/orders/${id}`);
    expect(order).toEqual(told.data);
    live.close();
  });

  describe('lot by lot', () => {
    const lotsOf = (query = '') => read<Page<LotView>>(`/api/positions/AAPL/lots${query}`);
    const realized = (query = '') => read<RealizedPnl>(`/api/account/realized-pnl${query}`);
    const sell = (quantity: string, lots: readonly { id: string; quantity: string }[]) =>
      trader.post<Order & Pick<Problem, 'code'>>('/api/orders', {
        symbol: 'AAPL',
        side: 'sell',
        type: 'market',
        quantity,
        lots,
      });
    const filled = ({ id }: Order) =>
      eventually(async () =>
        expect((await read<Order>(`/api/orders/${id}`)).status).toBe('filled'),
      );

    it('closes lots by the method of the account, or those that a sale names; every screen agrees', async () => {
      for (const quantity of ['3', '4', '5']) await trade('buy', 'AAPL', quantity);
      const [first, second, third] = (await lotsOf()).items as [LotView, LotView, LotView];
      expect([first, second, third].map(({ quantity }) => quantity)).toEqual(['3', '4', '5']);
      const page = await lotsOf('?limit=2');
      expect(page.items).toEqual([first, second]);
      expect((await lotsOf(`?limit=2&cursor=${page.nextCursor ?? ''}`)).items).toEqual([third]);

      await trade('sell', 'AAPL', '1');
      const settings = { lotMethod: 'lifo' };
      const changed = await trader.patch<Account>('/api/account/settings', settings);
      expect([changed.status, changed.body.lotMethod]).toEqual([200, 'lifo']);
      await trade('sell', 'AAPL', '2');
      const named = await sell('3', [{ id: second.id, quantity: '2.5' }]);
      expect(named.body.lots).toEqual([{ id: second.id, quantity: '2.5' }]);
      await filled(named.body);

      // FIFO: 1 of the first. LIFO: 2 of the third. Named: 2.5 of the second, and 0.5 by LIFO of the third.
      const { items, total, bySymbol } = await realized();
      expect(
        [...items].reverse().map(({ lotId, quantity, method }) => [lotId, quantity, method]),
      ).toEqual([
        [first.id, '1', 'fifo'],
        [third.id, '2', 'lifo'],
        [second.id, '2.5', 'specific'],
        [third.id, '0.5', 'lifo'],
      ]);
      const left = (await lotsOf()).items;
      expect(left.map(({ id, quantity }) => [id, quantity])).toEqual([
        [first.id, '2'],
        [second.id, '1.5'],
        [third.id, '2.5'],
      ]);
      const won = sumOf(items.map(({ realizedPnl }) => realizedPnl)).toFixed();
      expect(total).toMatchObject({ realizedPnl: won, symbols: 1 });
      expect(bySymbol).toMatchObject([{ symbol: 'AAPL', realizedPnl: won }]);
      const { items: positions } = await read<PositionPage>('/api/positions');
      expect(positions).toMatchObject([{ quantity: '6', realizedPnl: won }]);
      const { realizedPnl } = await read<PortfolioSummary>('/api/portfolio/summary');
      expect(realizedPnl).toBe(won);
      await eventually(async () => {
        const report = await read<Performance>('/api/analytics/performance?timeframe=ALL');
        expect(report).toMatchObject({ closedTrades: 3, realizedPnl: won });
      });
      // What was won and what the rest cost is all the cash that there is less.
      const { cash } = await read<Account>('/api/account');
      const cost = sumOf(left.map((lot) => lot.cost));
      expect(money(100_000).plus(won).minus(cost).toFixed()).toBe(cash);

      const some = await realized('?limit=3');
      const rest = await realized(`?limit=3&cursor=${some.nextCursor ?? ''}`);
      expect([...some.items, ...rest.items]).toEqual(items);
      expect(rest).toMatchObject({ nextCursor: null, total });
      const [latest] = items;
      const since = await realized(`?from=${latest?.closedAt ?? ''}`);
      expect(since.items).toEqual(items.filter(({ closedAt }) => closedAt === latest?.closedAt));
      expect(await realized(`?to=${items.at(-1)?.closedAt ?? ''}`)).toMatchObject({
        items: [],
        total: { realizedPnl: '0', symbols: 0 },
      });
      expect((await realized('?symbol=MSFT')).items).toEqual([]);
      const { id } = await read<Account>('/api/account');
      const verdicts = bourse.app.get(LedgerVerifier).verifyAll();
      for await (const { accountId, differences } of verdicts) {
        if (accountId === id) expect(differences).toEqual([]);
      }
    });

    it('refuses lots that are not there to be sold, and writes nothing', async () => {
      await trade('buy', 'AAPL', '3');
      await trade('buy', 'MSFT', '3');
      const [lot] = (await lotsOf()).items;
      const [other] = (await read<Page<LotView>>('/api/positions/MSFT/lots')).items;
      const id = lot?.id ?? '';
      for (const lots of [
        [{ id, quantity: '3.5' }],
        [{ id: other?.id ?? '', quantity: '1' }],
        [{ id: newId(), quantity: '1' }],
        [
          { id, quantity: '1' },
          { id, quantity: '1' },
        ],
      ]) {
        const answer = await sell('3', lots);
        expect([answer.status, answer.body.code]).toEqual([422, 'trading.bad_lots']);
      }
      const tooMany = await sell('1', [{ id, quantity: '2' }]);
      expect([tooMany.status, tooMany.body.code]).toEqual([422, 'trading.bad_lots']);
      expect((await read<Page<Order>>('/api/orders?status=accepted')).items).toEqual([]);
      expect((await lotsOf()).items).toEqual([lot]);
      const bad = await trader.get<Problem>('/api/account/realized-pnl?cursor=MS4y-x');
      expect([bad.status, bad.body.code]).toEqual([400, 'request.bad_cursor']);
      expect((await trader.patch('/api/account/settings', {})).status).toBe(400);
      expect((await trader.patch('/api/account/settings', { cash: '1' })).status).toBe(400);
    });

    it('keeps what was closed for ever', async () => {
      const { sql: connection } = bourse.app.get(Database);
      for (const statement of [
        sql`update lot_closures set cost = 1`,
        sql`delete from lot_closures`,
        sql`truncate lot_closures`,
      ]) {
        const failed = await connection.execute(statement).catch((error: Error) => error.cause);
        expect(String(failed)).toMatch(/append-only/);
      }
    });
  });

  it('is for who is signed in', async () => {
    for (const path of ['/api/positions', '/api/positions/pnl']) {
      expect((await bourse.client().get(path)).status).toBe(401);
    }
    expect((await trader.get('/api/positions?limit=0')).status).toBe(400);
  });

  describe('that are to be closed', () => {
    const quantities = async (): Promise<Record<string, string>> => {
      const { items } = await read<PositionPage>('/api/positions');
      return Object.fromEntries(items.map(({ symbol, quantity }) => [symbol, quantity]));
    };
    const untilHeld = (held: Record<string, string>): Promise<void> =>
      eventually(async () => expect(await quantities()).toEqual(held), { timeoutMs: 40_000 });
    const close = async (path: string): Promise<Order> => {
      const answer = await trader.delete<Order>(`/api/positions/${path}`);
      expect(answer.status).toBe(200);
      return answer.body;
    };
    const limit = async (symbol: string, side: string, limitPrice: string): Promise<Order> => {
      const order = { symbol, side, type: 'limit', quantity: '1', limitPrice };
      const answer = await trader.post<Order>('/api/orders', order);
      expect(answer.status).toBe(201);
      return answer.body;
    };
    const statusOf = async (id: string): Promise<string> =>
      (await read<Order>(`/api/orders/${id}`)).status;

    it('are sold in part, by shares or per cent, and then as a whole', async () => {
      await trade('buy', 'AAPL', '8');
      expect(await close('AAPL?quantity=2')).toMatchObject({ side: 'sell', quantity: '2' });
      await untilHeld({ AAPL: '6' });
      expect(await close('aapl?percentage=50')).toMatchObject({ type: 'market', quantity: '3' });
      await untilHeld({ AAPL: '3' });
      // What works on the symbol holds shares, and could trade with the sale: it goes first.
      const working = [await limit('AAPL', 'sell', '9999'), await limit('AAPL', 'buy', '1')];
      const elsewhere = await limit('MSFT', 'buy', '1');
      expect(await close('AAPL')).toMatchObject({ quantity: '3', status: 'accepted' });
      for (const { id } of working) expect(await statusOf(id)).toBe('cancelled');
      expect(await statusOf(elsewhere.id)).not.toBe('cancelled');
      await untilHeld({});
      const none = await trader.delete<Problem>('/api/positions/AAPL');
      expect(none).toMatchObject({ status: 404, body: { code: 'trading.no_position' } });
    });

    it('are closed once under one client_order_id, however often it is sent', async () => {
      await trade('buy', 'AAPL', '4');
      const path = 'AAPL?quantity=1&client_order_id=out-1';
      const answers = await Promise.all(Array.from({ length: 5 }, () => close(path)));
      expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
      await untilHeld({ AAPL: '3' });
      expect(await close(path)).toEqual(answers[0]);
      const others = ['AAPL?quantity=2', 'AAPL?percentage=25', 'AAPL?', 'MSFT?quantity=1'];
      for (const other of others) {
        const reused = await trader.delete<Problem>(
          `/api/positions/${other}&client_order_id=out-1`,
        );
        expect(reused.body.code).toBe('trading.client_order_id_reused');
      }
      // The very sale that the closing has made, but asked for as an order.
      const sale = { symbol: 'AAPL', side: 'sell', type: 'market', quantity: '1' };
      const order = await trader.post<Problem>('/api/orders', {
        ...sale,
        client_order_id: 'out-1',
      });
      expect(order.body.code).toBe('trading.client_order_id_reused');
      // The order of that name is none of the liquidation's: it is not taken for its answer, and nothing is sold.
      await close('AAPL?quantity=1&client_order_id=every-AAPL');
      await untilHeld({ AAPL: '2' });
      const liquidation = await trader.delete<Problem>('/api/positions?client_order_id=every');
      expect(liquidation).toMatchObject({
        status: 422,
        body: { code: 'trading.client_order_id_reused' },
      });
      expect(await quantities()).toEqual({ AAPL: '2' });
    });

    it('are all liquidated at once, with what works cancelled first, and once', async () => {
      await trade('buy', 'AAPL', '2');
      await trade('buy', 'MSFT', '1.5');
      const sale = await limit('AAPL', 'sell', '9999');
      const buy = await limit('SPY', 'buy', '1');
      const path = '/api/positions?client_order_id=all-out';
      const answer = await trader.delete<Liquidation>(path);
      expect(answer.status).toBe(200);
      const { cancelled, items } = answer.body;
      expect(cancelled.map(({ id }) => id)).toEqual([sale.id, buy.id]);
      expect(items).toMatchObject([
        { symbol: 'AAPL', error: null, order: { side: 'sell', quantity: '2' } },
        { symbol: 'MSFT', error: null, order: { client_order_id: 'all-out-MSFT' } },
      ]);
      await untilHeld({});
      await trade('buy', 'AAPL', '1');
      // Sent again after a time-out: what was bought since stays.
      expect((await trader.delete<Liquidation>(path)).body).toEqual({ cancelled: [], items });
      expect(await quantities()).toEqual({ AAPL: '1' });
      expect((await trader.delete<Liquidation>('/api/positions')).body.items).toHaveLength(1);
      await untilHeld({});
    });

    it('say of each symbol why it could not be closed, and close the others', async () => {
      await trade('buy', 'AAPL', '1');
      await trade('buy', 'MSFT', '1');
      const admin = await bourse.admin();
      const halt = '/api/admin/trading/halts/AAPL';
      expect((await admin.send('PUT', halt, { reason: 'News' })).status).toBe(200);
      const { body } = await trader.delete<Liquidation>('/api/positions');
      expect(body.items).toMatchObject([
        { symbol: 'AAPL', order: null, error: { code: 'trading.symbol_halted' } },
        { symbol: 'MSFT', error: null },
      ]);
      await untilHeld({ AAPL: '1' });
      expect((await admin.delete(halt)).status).toBe(204);
    });

    it('are not closed by what is no part of them', async () => {
      await trade('buy', 'AAPL', '1');
      const bad = ['quantity=0', 'percentage=101', 'quantity=1&percentage=1', 'shares=1'];
      for (const query of bad) {
        expect((await trader.delete(`/api/positions/AAPL?${query}`)).status).toBe(400);
      }
      const more = await trader.delete<Problem>('/api/positions/AAPL?quantity=1.5');
      expect(more).toMatchObject({
        status: 422,
        body: { code: 'trading.insufficient_position', details: { available: '1' } },
      });
      const long = `client_order_id=${'x'.repeat(43)}`;
      expect((await trader.delete(`/api/positions?${long}`)).status).toBe(400);
      expect((await bourse.client().delete('/api/positions')).status).toBe(401);
      expect((await stranger.delete<Problem>('/api/positions/AAPL')).status).toBe(404);
      expect(await quantities()).toEqual({ AAPL: '1' });
    });
  });
});
