import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import type { PostgresDatabase } from '../../../src/database/postgres.database.js';
import { newId } from '../../../src/kernel/ids.js';
import { money, moneyText } from '../../../src/kernel/money.js';
import type { Quote } from '../../../src/modules/market-data/index.js';
import {
  executionStep,
  quotedSize,
} from '../../../src/modules/trading/execution/execution-step.js';
import { executionsTable } from '../../../src/modules/trading/execution/executions.table.js';
import { playTicks } from '../../../src/modules/trading/execution/paper/paper-market.js';
import {
  arrivedUntil,
  paperModel,
} from '../../../src/modules/trading/execution/paper/paper-model.js';
import { TickBookRepository } from '../../../src/modules/trading/execution/tick-book.repository.js';
import { newOrder } from '../../../src/modules/trading/orders/new-order.js';
import { ordersTable, type OrderRow } from '../../../src/modules/trading/orders/orders.table.js';
import type { TimeInForce } from '../../../src/modules/trading/orders/time-in-force.js';
import { toWorkingOrder } from '../../../src/modules/trading/trading.mappers.js';
import { plainPaper } from '../../support/paper-quote.js';
import { useTradingTables } from './trading-tables.js';

const AS_OF = '2026-11-25T15:00:10.000Z';
const TICK_MS = Date.parse(AS_OF);
const LATENCY_MS = 500;
const paper = paperModel({ ...plainPaper, latencyMs: LATENCY_MS });
const quote: Quote = {
  symbol: 'AAPL',
  bid: '99.99',
  ask: '100.01',
  last: '100',
  bidSize: '100',
  askSize: '120',
  asOf: AS_OF,
  source: 'simulated',
};

interface Wanted {
  readonly side: 'buy' | 'sell';
  readonly limit: string | null;
  readonly quantity: number;
  readonly filled: number;
  readonly timeInForce: TimeInForce;
  readonly acceptedMsBefore: number;
  readonly accepted: boolean;
}

function toRow({ side, limit, quantity, filled, timeInForce, ...of }: Wanted): OrderRow {
  const request = { symbol: 'AAPL', side, quantity: String(quantity + filled), timeInForce };
  const row = newOrder(
    limit === null
      ? { ...request, type: 'market' }
      : { ...request, type: 'limit', limitPrice: limit },
    {
      accountId: newId(),
      replaces: null,
      time: { worksFrom: null, expiresAt: null },
      holding: { cash: money(0), shares: money(0) },
      at: new Date(TICK_MS - of.acceptedMsBefore),
    },
  );
  const isNew = of.accepted || timeInForce === 'ioc' || timeInForce === 'fok';
  return {
    ...row,
    status: isNew ? 'accepted' : filled > 0 ? 'partially_filled' : 'open',
    filledQuantity: String(filled),
  };
}

const wanted: fc.Arbitrary<Wanted> = fc.record({
  side: fc.constantFrom('buy', 'sell'),
  limit: fc.constantFrom(null, '99.98', '99.99', '100', '100.01', '100.02'),
  quantity: fc.integer({ min: 1, max: 90 }),
  filled: fc.constantFrom(0, 0, 5),
  timeInForce: fc.constantFrom('gtc', 'gtc', 'gtc', 'ioc'),
  // Some are on their way still.
  acceptedMsBefore: fc.nat(3_000),
  accepted: fc.boolean(),
});

describe('the book of a tick', () => {
  let connection: PostgresDatabase;
  let book: TickBookRepository;

  useTradingTables((opened) => {
    connection = opened;
    book = new TickBookRepository(connection);
  });
  const fill = async (rows: readonly OrderRow[]): Promise<void> => {
    await connection.sql.execute(sql`delete from executions`);
    await connection.sql.execute(sql`delete from orders`);
    if (rows.length > 0) await connection.sql.insert(ordersTable).values([...rows]);
  };

  /** What an order gets of the tick, as the application would find and store it. */
  const work = async (row: OrderRow): Promise<string> =>
    connection.transaction(async (transaction) => {
      const acceptedUntil = arrivedUntil(paper, quote);
      const working = toWorkingOrder(row);
      const conditions = { paper, nowMs: TICK_MS };
      if (executionStep(working, quote, conditions).kind !== 'fill') return '0';
      const size = quotedSize(quote, working.terms) ?? money(0);
      const moment = { now: new Date(TICK_MS), acceptedUntil, inExtendedHours: false };
      const unclaimed = await book.unclaimed(transaction.sql, row, quote, size, moment);
      const step = executionStep(working, quote, { ...conditions, unclaimed });
      if (step.kind !== 'fill') {
        if (step.kind === 'end') {
          await transaction.sql.execute(
            sql`update orders set status = 'cancelled' where id = ${row.id}`,
          );
        }
        return '0';
      }
      const quantity = moneyText(step.fill.quantity);
      await transaction.sql.insert(executionsTable).values({
        id: newId(),
        accountId: row.accountId,
        orderId: row.id,
        symbol: row.symbol,
        side: row.side,
        quantity,
        price: moneyText(step.fill.price),
        quoteAsOf: new Date(AS_OF),
        quoteSource: 'simulated',
        executedAt: new Date(AS_OF),
      });
      const status = step.isLast ? 'filled' : step.endsRest ? 'cancelled' : 'partially_filled';
      await transaction.sql.execute(sql`update orders
        set status = ${status}, filled_quantity = filled_quantity + ${quantity}::numeric,
          last_fill_quote_as_of = ${AS_OF}::timestamptz where id = ${row.id}`);
      return quantity;
    });

  it('gives each order what the pure market gives it, whichever is worked first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .array(wanted, { minLength: 1, maxLength: 12 })
          .map((all) => all.map(toRow))
          .chain((rows) =>
            fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
          ),
        async ([rows, shuffled]) => {
          await fill(rows);
          const got = new Map<string, string>();
          for (const row of shuffled) got.set(row.id, await work(row));
          const orders = rows.map((row) => {
            const order = toWorkingOrder(row);
            const quantity = order.terms.quantity.minus(order.filledQuantity);
            return {
              ...order,
              terms: { ...order.terms, quantity },
              symbol: 'AAPL',
              expiresAt: null,
            };
          });
          const expected = new Map(rows.map(({ id }) => [id, '0']));
          for (const one of playTicks(paper, orders, [quote]).fills) {
            expected.set(one.orderId, moneyText(one.fill.quantity));
          }
          expect([...got].sort()).toEqual([...expected].sort());
        },
      ),
      { numRuns: 40 },
    );
  });

  const limits = (quantities: readonly number[], limit: string | null, of: Partial<Wanted> = {}) =>
    quantities.map((quantity, at) =>
      toRow({
        side: 'buy',
        limit,
        quantity,
        filled: 0,
        timeInForce: 'gtc',
        acceptedMsBefore: 3_000 - at,
        accepted: false,
        ...of,
      }),
    );

  const soon = (acceptedUntil: Date | undefined) => ({ acceptedUntil, inExtendedHours: false });

  it('finds those at the front, as far as the quoted size reaches, and nobody behind them', async () => {
    const later = limits([50, 60, 30, 40], '100.05');
    const first = limits([30], null);
    const tooLow = limits([10], '100');
    await fill([...later, ...first, ...tooLow]);
    // 120 are offered: 30 to the market order, 50, and 40 of the 60.
    const found = await book.findFront([quote], soon(undefined), 100);
    expect(found.map(({ id }) => id)).toEqual([first[0]?.id, later[0]?.id, later[1]?.id]);
    const { askSize: _size, ...sizeless } = quote;
    expect(await book.findFront([sizeless], soon(undefined), 100)).toHaveLength(5);
    expect(await book.findFront([{ ...quote, symbol: 'MSFT' }], soon(undefined), 100)).toEqual([]);
  });

  it('finds what may not wait and was on its way, whatever the price', async () => {
    const [ioc] = limits([10], '1', { timeInForce: 'ioc', acceptedMsBefore: 800 });
    const rows = [{ ...ioc, status: 'open' } as OrderRow];
    await fill(rows);
    expect(await book.findFront([quote], soon(new Date(TICK_MS - 900)), 100)).toEqual([]);
    expect(await book.findFront([quote], soon(new Date(TICK_MS - 800)), 100)).toHaveLength(1);
  });

  it('lets a trailing stop without a mark take nothing from anybody, and finds it behind all that is taken', async () => {
    const [plain] = limits([500], null);
    const unmarked = {
      ...(plain as OrderRow),
      ...({ type: 'trailing_stop', trailAmount: '5', status: 'open' } as const),
    };
    const [before, after] = [
      limits([120], null, { acceptedMsBefore: 3_500 })[0] as OrderRow,
      limits([40], '100.05', { acceptedMsBefore: 600 })[0] as OrderRow,
    ];
    await fill([unmarked, before]);
    const front = async () =>
      (await book.findFront([quote], soon(undefined), 100)).map(({ id }) => id);
    expect((await front()).sort()).toEqual([unmarked.id, before.id].sort());
    await fill([unmarked, after]);
    expect((await front()).sort()).toEqual([unmarked.id, after.id].sort());
    expect(await work(after)).toBe('40');
  });

  it('counts nobody in front who can take nothing: expired, too large for all or nothing, done on this tick', async () => {
    const gone = limits([100], null).map((row) => ({ ...row, expiresAt: new Date(TICK_MS) }));
    const whole = limits([121], null, { timeInForce: 'fok' });
    const done = limits([500], null).map((row) => ({ ...row, lastFillQuoteAsOf: new Date(AS_OF) }));
    const [last] = limits([200], '100.01', { acceptedMsBefore: 600 });
    await fill([...gone, ...whole, ...done, last as OrderRow]);
    expect(await work(last as OrderRow)).toBe('120');
  });
});
