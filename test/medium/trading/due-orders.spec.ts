import { sql } from 'drizzle-orm';
import type { PostgresDatabase } from '../../../src/database/postgres.database.js';
import { newId } from '../../../src/kernel/ids.js';
import { money } from '../../../src/kernel/money.js';
import { TickBookRepository } from '../../../src/modules/trading/execution/tick-book.repository.js';
import { newOrder } from '../../../src/modules/trading/orders/new-order.js';
import { OrdersRepository } from '../../../src/modules/trading/orders/orders.repository.js';
import { WaitingOrdersRepository } from '../../../src/modules/trading/orders/waiting-orders.repository.js';
import { ordersTable, type OrderRow } from '../../../src/modules/trading/orders/orders.table.js';
import type { PlaceOrder } from '../../../src/modules/trading/trading.dto.js';
import { useTradingTables } from './trading-tables.js';

const ORDERS_OF_A_KIND = 3_000;
const BATCH = 500;
const AS_OF = '2026-11-25T15:00:00.000Z';
const quote = {
  symbol: 'AAPL',
  bid: '99.99',
  ask: '100.01',
  last: '100.00',
  asOf: AS_OF,
  source: 'simulated',
} as const;

const waiting = (order: object, over: Partial<OrderRow> = {}): OrderRow => ({
  ...newOrder(
    { symbol: 'AAPL', side: 'buy', quantity: '1', timeInForce: 'gtc', ...order } as PlaceOrder,
    {
      accountId: newId(),
      replaces: null,
      time: { worksFrom: null, expiresAt: null },
      holding: { cash: money(0), shares: money(0) },
      at: new Date(AS_OF),
    },
  ),
  status: 'open',
  ...over,
});
const trailing = (side: 'buy' | 'sell', waterMark: string, stopPrice: string) =>
  waiting({ side, type: 'trailing_stop', trailAmount: '50' }, { waterMark, stopPrice });
const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id).sort();

describe('the orders that a tick is about', () => {
  let connection: PostgresDatabase;
  let orders: OrdersRepository;
  let waitingOrders: WaitingOrdersRepository;

  const insert = async (rows: readonly OrderRow[]): Promise<void> => {
    for (let i = 0; i < rows.length; i += BATCH) {
      await connection.sql.insert(ordersTable).values(rows.slice(i, i + BATCH));
    }
  };
  /** How often all orders were read, so far. */
  const sequentialScans = async (): Promise<number> => {
    await connection.sql.execute(sql`select pg_stat_force_next_flush()`);
    const [row] = await connection.sql
      .select({ scans: sql<string>`seq_scan` })
      .from(sql`pg_stat_user_tables`)
      .where(sql`relname = 'orders'`);
    return Number(row?.scans);
  };

  useTradingTables(async (opened) => {
    connection = opened;
    orders = new OrdersRepository(connection);
    waitingOrders = new WaitingOrdersRepository(connection);
    // Far from their prices, all of the one symbol.
    const far = Array.from({ length: ORDERS_OF_A_KIND }, () => [
      waiting({ type: 'limit', limitPrice: '50' }),
      waiting({ side: 'sell', type: 'limit', limitPrice: '150' }),
      waiting({ type: 'stop', stopPrice: '150' }),
      waiting({ side: 'sell', type: 'stop_limit', stopPrice: '50', limitPrice: '49' }),
      trailing('sell', '101', '51'),
      trailing('buy', '99', '149'),
    ]);
    await insert(far.flat());
    await connection.sql.execute(sql`analyze orders`);
  });
  afterEach(async () => {
    await connection.sql.execute(sql`delete from orders where client_order_id like 'near-%'`);
  });

  const near = (row: OrderRow): OrderRow => ({ ...row, clientOrderId: `near-${row.id}` });

  it('are found by indices alone: what waits far away is not looked at', async () => {
    const at = new Date(AS_OF);
    const due = [
      waiting({ type: 'limit', limitPrice: '100.01' }),
      waiting({ side: 'sell', type: 'limit', limitPrice: '99.99' }),
      waiting({ type: 'market' }, { status: 'partially_filled' }),
      waiting({ type: 'stop', stopPrice: '150' }, { touchedAt: at, triggeredAt: at }),
      waiting({ type: 'stop', stopPrice: '150' }, { touchedAt: at }),
    ].map(near);
    const notDue = [
      waiting({ type: 'limit', limitPrice: '100.00' }),
      waiting({ side: 'sell', type: 'limit', limitPrice: '100.00' }),
      waiting({ type: 'limit', limitPrice: '100.01', symbol: 'MSFT' }),
      waiting({ type: 'stop_limit', stopPrice: '101', limitPrice: '102' }),
      // Legs of which the entry works still, whatever the market does and however long.
      waiting({ side: 'sell', type: 'limit', limitPrice: '99.99' }, { status: 'held' }),
      waiting({ side: 'sell', type: 'stop', stopPrice: '100' }, { status: 'held', touchedAt: at }),
      waiting({ side: 'sell', type: 'stop', stopPrice: '100' }, { status: 'held', expiresAt: at }),
      waiting(
        { side: 'sell', type: 'trailing_stop', trailAmount: '1' },
        { status: 'held', waterMark: '99', stopPrice: '98' },
      ),
    ].map(near);
    const reached = [
      waiting({ type: 'stop', stopPrice: '100.00' }),
      waiting({ side: 'sell', type: 'stop', stopPrice: '100.00' }, { status: 'accepted' }),
    ].map(near);
    const moved = [trailing('sell', '99.99', '49.99'), trailing('buy', '100.01', '150.01')].map(
      near,
    );
    await insert([...due, ...notDue, ...reached, ...moved]);
    const before = await sequentialScans();
    const moment = { acceptedUntil: undefined, inExtendedHours: false };
    const front = await new TickBookRepository(connection).findFront([quote], moment, 100);
    expect(idsOf([...front, ...(await waitingOrders.findTouched(100))])).toEqual(idsOf(due));
    expect(idsOf(await waitingOrders.findStopsReached([quote], undefined, 100))).toEqual(
      idsOf(reached),
    );
    expect(idsOf(await waitingOrders.findTrailed([quote], undefined, 100))).toEqual(idsOf(moved));
    expect(await orders.findForgotten(new Date(0), 100)).toEqual([]);
    expect(await orders.findExpired(new Date(), 100)).toEqual([]);
    expect(await sequentialScans()).toBe(before);
  });

  it('keep a mark that another has moved further, and the first tick that reached a stop', async () => {
    const [sale, stop] = [
      near(trailing('sell', '99.99', '49.99')),
      near(waiting({ type: 'stop', stopPrice: '100' })),
    ];
    await insert([sale, stop]);
    const moveTo = (mark: string) =>
      waitingOrders.moveMarks([
        { id: sale.id, waterMark: mark, stopPrice: `${Number(mark) - 50}` },
      ]);
    for (const mark of ['120', '110', '120']) await moveTo(mark);
    const later = new Date(Date.parse(AS_OF) + 1_000);
    expect(await waitingOrders.touchStops([stop.id], new Date(AS_OF))).toEqual([stop.id]);
    expect(await waitingOrders.touchStops([stop.id], later)).toEqual([]);
    await waitingOrders.touchStop(stop.id, later);
    expect(await orders.find(sale.id)).toMatchObject({ version: 1 });
    expect(money((await orders.find(sale.id))?.waterMark ?? 0).toFixed()).toBe('120');
    expect(money((await orders.find(sale.id))?.stopPrice ?? 0).toFixed()).toBe('70');
    expect((await orders.find(stop.id))?.touchedAt).toEqual(new Date(AS_OF));
  });
});
