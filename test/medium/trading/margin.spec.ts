import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import type { PostgresDatabase } from '../../../src/database/postgres.database.js';
import { newId } from '../../../src/kernel/ids.js';
import { money, moneyText } from '../../../src/kernel/money.js';
import type { Quote } from '../../../src/modules/market-data/index.js';
import { positionsTable } from '../../../src/modules/trading/execution/executions.table.js';
import { MarginRepository } from '../../../src/modules/trading/margin/margin.repository.js';
import {
  initialCollateral,
  initialMargin,
  INITIAL_MARGIN_SQL,
  isTooMuch,
  maintenanceCollateral,
  maintenanceMargin,
  MAINTENANCE_MARGIN_SQL,
} from '../../../src/modules/trading/margin/short-margin.js';
import { useTradingTables } from './trading-tables.js';

const CONTRACT = 'KO271217P00060000';

interface Short {
  readonly shares: string;
  readonly price: string;
  readonly collateral: string;
}

/** On both sides of 2.50, 5, 10 and 16.67 USD, where one rule takes over from another. */
const price = fc
  .oneof(fc.integer({ min: 1, max: 200_000 }), fc.integer({ min: 1, max: 90_000_000 }))
  .map((units) => moneyText(money(units).div(10_000)));
/** Whole when they are sold short; splits leave parts. */
const shares = fc
  .oneof(
    fc.integer({ min: 1, max: 100_000 }).map((whole) => whole * 10_000),
    fc.integer({ min: 1, max: 1_000_000_000 }),
  )
  .map((units) => moneyText(money(units).div(10_000)));
/** What is behind it: anything, or a hair beside one of its two limits. */
const short: fc.Arbitrary<Short> = fc
  .tuple(shares, price, fc.nat(30_000), fc.constantFrom(-1, 0, 1), fc.constantFrom(0, 1, 2))
  .map(([owed, at, per, hair, of]) => {
    const [quantity, ask] = [money(owed), money(at)];
    const behind = [
      quantity.times(ask).times(per).div(10_000),
      maintenanceCollateral(quantity, ask),
      initialCollateral(quantity, ask).times('1.05'),
    ][of];
    const collateral = moneyText((behind ?? money(0)).plus(money('0.0000000001').times(hair)));
    return { shares: owed, price: at, collateral: money(collateral).lt(0) ? '0' : collateral };
  });

describe('the margin of short positions, as the database works it out', () => {
  let connection: PostgresDatabase;
  let margin: MarginRepository;

  useTradingTables((opened) => {
    connection = opened;
    margin = new MarginRepository(connection);
  });

  it('is that of the rule, to the last digit, at any price', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(price, { minLength: 1, maxLength: 50 }), async (prices) => {
        const values = sql.join(
          prices.map((one) => sql`(${one}::numeric)`),
          sql`, `,
        );
        const rows = await connection.sql
          .select({
            maintenance: sql<string>`(${sql.raw(MAINTENANCE_MARGIN_SQL('p.price'))})::text`,
            initial: sql<string>`(${sql.raw(INITIAL_MARGIN_SQL('p.price'))})::text`,
          })
          .from(sql`(values ${values}) as p(price)`);
        expect(
          rows.map(({ maintenance, initial }) => [
            moneyText(money(maintenance)),
            moneyText(money(initial)),
          ]),
        ).toEqual(
          prices.map((one) => [
            moneyText(maintenanceMargin(money(one))),
            moneyText(initialMargin(money(one))),
          ]),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('finds just the accounts that the rule would: with too little behind a position, or with more than is worth keeping', async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(short, { minLength: 1, maxLength: 25 }), async (shorts) => {
        await connection.sql.execute(sql`delete from positions`);
        const accounts = shorts.map((one) => ({
          ...one,
          id: newId(),
          symbol: `S${newId().slice(-12)}`,
        }));
        const row = { reservedQuantity: '0', costBasis: '-1', averageCost: '1', realizedPnl: '0' };
        await connection.sql.insert(positionsTable).values(
          accounts.map(({ id, symbol, shares: owed, collateral }) => ({
            ...row,
            ...{ accountId: id, symbol, collateral, quantity: `-${owed}` },
            updatedAt: new Date(0),
          })),
        );
        const quotes = accounts.map(({ symbol, price: ask }): Quote => ({
          ...{ symbol, bid: ask, ask, last: ask, source: 'simulated' },
          asOf: '2026-11-25T15:00:00.000Z',
        }));
        const expected = accounts.filter(({ shares: owed, price: ask, collateral }) => {
          const of = [money(owed), money(ask)] as const;
          return maintenanceCollateral(...of).gt(collateral) || isTooMuch(money(collateral), ...of);
        });
        const ids = await margin.listOutOfBand(quotes, '00000000-0000-0000-0000-000000000000', 200);
        expect(ids).toEqual(expected.map(({ id }) => id).sort());
        found += ids.length;
      }),
      { numRuns: 40 },
    );
    expect(found).toBeGreaterThan(0);
  });

  it('looks at no position that is held, at no written contract, and at none without a quote', async () => {
    await connection.sql.execute(sql`delete from positions`);
    const row = {
      reservedQuantity: '0',
      costBasis: '-1',
      averageCost: '1',
      realizedPnl: '0',
      collateral: '0',
    };
    const accountId = newId();
    const at = (symbol: string, quantity: string) => ({
      ...{ ...row, accountId, symbol, quantity, updatedAt: new Date(0) },
    });
    const positions = [at('KO', '10'), at(CONTRACT, '-100'), at('GONE', '-5')];
    await connection.sql.insert(positionsTable).values(positions);
    const quoteOf = (symbol: string): Quote => ({
      ...{ symbol, bid: '60', ask: '60', last: '60', source: 'simulated' },
      asOf: '2026-11-25T15:00:00.000Z',
    });
    const look = (...symbols: string[]) =>
      margin.listOutOfBand(symbols.map(quoteOf), '00000000-0000-0000-0000-000000000000', 200);
    expect(await look('KO', CONTRACT)).toEqual([]);
    expect(await look('KO', CONTRACT, 'GONE')).toEqual([accountId]);
  });
});
