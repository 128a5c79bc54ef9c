import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres';
import { migrate as migratePostgres } from 'drizzle-orm/node-postgres/migrator';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator';
import pg from 'pg';
import type { Database, Sql } from '../../../src/database/index.js';
import { migrationsFolder } from '../../../src/database/migrations.js';
import { PgliteDatabase } from '../../../src/database/pglite.database.js';
import { PostgresDatabase } from '../../../src/database/postgres.database.js';
import { newId } from '../../../src/kernel/ids.js';
import { money, moneyText, sumOf, type Money } from '../../../src/kernel/money.js';
import { AccountsRepository } from '../../../src/modules/trading/accounts/accounts.repository.js';
import { CorporateActionsRepository } from '../../../src/modules/trading/corporate-actions/corporate-actions.repository.js';
import { ExecutionsRepository } from '../../../src/modules/trading/execution/executions.repository.js';
import {
  costPerShare,
  totalOf,
  tradeLots,
  type Closure,
  type Lot,
} from '../../../src/modules/trading/execution/lots.js';
import { LotsRepository } from '../../../src/modules/trading/execution/lots.repository.js';
import { cashChange } from '../../../src/modules/trading/execution/position.js';
import { LedgerVerifier } from '../../../src/modules/trading/ledger/ledger-verifier.js';
import { LotHistory } from '../../../src/modules/trading/ledger/lot-history.js';
import { LedgerRepository } from '../../../src/modules/trading/ledger/ledger.repository.js';
import type { OrderSide } from '../../../src/modules/trading/orders/order.js';
import type { OrderStatus } from '../../../src/modules/trading/orders/order-state.js';
import { OrdersRepository } from '../../../src/modules/trading/orders/orders.repository.js';
import { createTestDatabase } from '../../support/servers/index.js';

/** The last migration before the ledger. */
const BEFORE = 6;

/** The committed migrations up to {@link BEFORE}, in a folder of their own. */
function migrationsBefore(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bourse-migrations-'));
  mkdirSync(join(folder, 'meta'));
  const journal = JSON.parse(
    readFileSync(join(migrationsFolder, 'meta/_journal.json'), 'utf8'),
  ) as { entries: { idx: number; tag: string }[] };
  const entries = journal.entries.filter(({ idx }) => idx <= BEFORE);
  for (const { tag } of entries) {
    copyFileSync(join(migrationsFolder, `${tag}.sql`), join(folder, `${tag}.sql`));
  }
  writeFileSync(join(folder, 'meta/_journal.json'), JSON.stringify({ ...journal, entries }));
  return folder;
}

interface OldDatabase {
  readonly database: Database;
  close(): Promise<void>;
}

const KINDS: readonly { name: string; open(migrations: string): Promise<OldDatabase> }[] = [
  {
    name: 'PGlite',
    open: async (folder) => {
      const path = mkdtempSync(join(tmpdir(), 'bourse-ledger-'));
      const client = await PGlite.create(join(path, 'pglite'));
      await migratePglite(drizzlePglite(client), { migrationsFolder: folder });
      await client.close();
      const database = await PgliteDatabase.open(path);
      const remove = () => rmSync(path, { recursive: true, force: true });
      return { database, close: () => database.close().then(remove) };
    },
  },
  {
    name: 'PostgreSQL',
    open: async (folder) => {
      const { url, drop } = await createTestDatabase();
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await migratePostgres(drizzlePostgres(client), { migrationsFolder: folder });
      await client.end();
      const database = new PostgresDatabase({
        url,
        poolSize: 5,
        connectTimeoutMs: 5_000,
        statementTimeoutMs: 10_000,
        onError: () => undefined,
      });
      return { database, close: () => database.close().then(drop) };
    },
  },
];

interface OldOrder {
  readonly side: OrderSide;
  readonly symbol?: string;
  readonly quantity: string;
  readonly status: OrderStatus;
  /** Of a fill. */
  readonly price?: string;
  readonly limitPrice?: string;
  readonly reservedCash?: string;
}

const filled = (side: OrderSide, quantity: string, price: string, symbol = 'AAPL'): OldOrder => ({
  side,
  quantity,
  price,
  symbol,
  status: 'filled',
});

/** What an account has traded of a symbol, by the rules of today. */
class Traded {
  open: readonly Lot[] = [];
  readonly closures: Closure[] = [];

  take(id: string, side: OrderSide, quantity: Money, cash: Money): void {
    const change = tradeLots(this.open, { side, quantity, cash }, 'fifo');
    const left = new Map(change.changed.map((lot) => [lot.id, lot]));
    const kept = this.open.map((lot) => left.get(lot.id) ?? lot);
    this.open = change.opened ? [...kept, { id, ...change.opened }] : kept;
    this.open = this.open.filter((lot) => !lot.quantity.isZero());
    this.closures.push(...change.closures);
  }
}

/** An account as the release before the ledger left it: its rules for cash, its columns. */
class OldAccount {
  readonly id = newId();
  #cash: string;
  readonly #traded = new Map<string, Traded>();

  constructor(
    private readonly connection: Sql,
    private readonly startingCash: string,
  ) {
    this.#cash = startingCash;
  }

  get cash(): string {
    return this.#cash;
  }

  positions(): [string, string, string, string, string][] {
    return [...this.#traded]
      .map(([symbol, { open, closures }]): [string, string, string, string, string] => {
        const total = totalOf(open);
        const realized = sumOf(closures.map((closure) => closure.realized));
        const [quantity, cost] = [moneyText(total.quantity), moneyText(total.cost)];
        return [symbol, quantity, cost, moneyText(costPerShare(total)), moneyText(realized)];
      })
      .sort();
  }

  async open(): Promise<this> {
    const userId = newId();
    await this.connection.execute(
      sql`insert into users values (${userId}, ${`${userId}@example.com`}, 'Old', '{trader}', now(), now())`,
    );
    await this.connection.execute(
      sql`insert into accounts values (${this.id}, ${userId}, 'USD', ${this.startingCash}, ${this.#cash}, now())`,
    );
    return this;
  }

  async place(order: OldOrder): Promise<void> {
    const { side, symbol = 'AAPL', quantity, status, price, limitPrice, reservedCash } = order;
    const id = newId();
    await this.connection.execute(
      sql`insert into orders values (${id}, ${this.id}, ${id}, ${symbol}, ${side}, ${limitPrice === undefined ? 'market' : 'limit'},
        ${quantity}, ${limitPrice ?? null}, ${status}, ${price === undefined ? '0' : quantity}, ${price ?? null},
        ${reservedCash ?? '0'}, null, 1, now(), now())`,
    );
    if (price === undefined) return;
    const fill = { side, quantity: money(quantity), price: money(price) };
    const executionId = newId();
    await this.connection.execute(
      sql`insert into executions values (${executionId}, ${this.id}, ${id}, ${symbol}, ${side}, ${quantity}, ${price}, now(), 'test', now())`,
    );
    this.#cash = moneyText(money(this.#cash).plus(cashChange(fill)));
    const traded = this.#traded.get(symbol) ?? new Traded();
    this.#traded.set(symbol, traded);
    const posted = money(moneyText(cashChange(fill)));
    traded.take(executionId, side, fill.quantity, posted);
    await this.connection.execute(
      sql`update accounts set cash = ${this.#cash} where id = ${this.id}`,
    );
    const held = totalOf(traded.open).quantity;
    // Its average and its profit were by average costs: figures of then, that follow from lots now.
    await this.connection.execute(
      sql`insert into positions values (${this.id}, ${symbol}, ${moneyText(held)}, 7, 7, now())
        on conflict (account_id, symbol) do update set quantity = excluded.quantity`,
    );
  }
}

describe.each(KINDS)('the migration to the ledger on $name', (kind) => {
  let folder: string;
  let old: OldDatabase;
  let trader: OldAccount;
  let idle: OldAccount;
  let penniless: OldAccount;
  /** Its trades come to fractions of the last digit that the database keeps. */
  let crumbs: OldAccount;
  /** Its cash was changed by hand. */
  let tampered: OldAccount;

  beforeAll(async () => {
    folder = migrationsBefore();
    old = await kind.open(folder);
    const connection = old.database.sql;
    const open = (startingCash: string) => new OldAccount(connection, startingCash).open();
    [trader, idle, penniless, crumbs, tampered] = [
      await open('100000'),
      await open('250.5'),
      await open('0'),
      await open('100000'),
      await open('100000'),
    ];
    await trader.place(filled('buy', '10', '150.25'));
    await trader.place({ side: 'buy', quantity: '3', status: 'cancelled', limitPrice: '1' });
    await trader.place(filled('sell', '4', '151'));
    await trader.place(filled('buy', '4', '153'));
    await trader.place(filled('sell', '2', '153'));
    await trader.place(filled('buy', '0.333333', '301.07', 'MSFT'));
    await trader.place({ side: 'buy', quantity: '7', status: 'rejected' });
    const waiting = { status: 'open', quantity: '2', limitPrice: '999.5' } as const;
    await trader.place({ ...waiting, side: 'sell' });
    await trader.place({ ...waiting, side: 'buy', limitPrice: '100', reservedCash: '200' });
    await trader.place({ side: 'buy', quantity: '1', status: 'accepted', reservedCash: '154.785' });
    await trader.place({ side: 'sell', quantity: '0.25', status: 'accepted' });
    await trader.place(filled('sell', '0.333333', '300', 'MSFT'));
    for (const price of ['0.00005', '0.00015', '0.0001', '0.00005', '0.00025', '0.123456789']) {
      await crumbs.place(filled('buy', '0.000001', price));
      await crumbs.place(filled('sell', '0.000001', price));
      await crumbs.place(filled('buy', '0.000003', price));
    }
    await tampered.place(filled('buy', '1', '100'));
    await connection.execute(
      sql`update accounts set cash = cash + 0.0000000002 where id = ${tampered.id}`,
    );
    expect(await old.database.migrate()).toBeGreaterThan(0);
  }, 60_000);
  afterAll(async () => {
    await old.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const account = (id: string) => new AccountsRepository(old.database).get(old.database.sql, id);

  it('keeps the cash of every account to the last digit', async () => {
    for (const { id, cash } of [trader, idle, penniless, crumbs]) {
      expect(moneyText(money((await account(id)).cash))).toBe(cash);
    }
    expect(trader.cash).toBe('98795.14333369');
  });

  it('keeps every position, and makes lots of what is paid and won with it, first in first out', async () => {
    const rows = new ExecutionsRepository(old.database);
    for (const one of [trader, idle, crumbs]) {
      const positions = await rows.listPositions(old.database.sql, one.id);
      const figures = positions.map(({ symbol, quantity, costBasis, averageCost, realizedPnl }) => [
        symbol,
        ...[quantity, costBasis, averageCost, realizedPnl].map((text) => moneyText(money(text))),
      ]);
      expect(figures).toEqual(one.positions());
    }
    // 10 at 150.25, of which 4 were sold at 151, then 2 of the rest at 153; 4 came at 153: 4 × 150.25 + 4 × 153.
    expect(trader.positions()[0]).toEqual(['AAPL', '8', '1213', '151.625', '8.5']);
  });

  it('holds back what working orders held back, and nothing else', async () => {
    const { reservedCash, contributed, ledgerSeq } = await account(trader.id);
    expect(money(reservedCash).toFixed()).toBe('354.785');
    expect(money(contributed).toFixed()).toBe('100000');
    // The opening, six fills, four working orders.
    expect(ledgerSeq).toBe(11);
    const positions = await new ExecutionsRepository(old.database).listPositions(
      old.database.sql,
      trader.id,
    );
    expect(positions.map((row) => [row.symbol, money(row.reservedQuantity).toFixed()])).toEqual([
      ['AAPL', '2.25'],
      ['MSFT', '0'],
    ]);
    const orders = await new OrdersRepository(old.database).listAfter(
      old.database.sql,
      trader.id,
      undefined,
      100,
    );
    expect(sumOf(orders.map((row) => row.reservedQuantity)).toFixed()).toBe('2.25');
  });

  it('leaves a journal in which ledger:verify finds nothing wrong, but what was wrong before', async () => {
    const verifier = new LedgerVerifier(
      old.database,
      new AccountsRepository(old.database),
      new LedgerRepository(),
      new OrdersRepository(old.database),
      new ExecutionsRepository(old.database),
      new LotHistory(new LotsRepository(), new CorporateActionsRepository()),
    );
    const found = new Map<string, unknown>();
    for await (const { accountId, differences } of verifier.verifyAll()) {
      found.set(accountId, differences);
    }
    expect([...found.keys()].sort()).toEqual(
      [trader, idle, penniless, crumbs, tampered].map(({ id }) => id).sort(),
    );
    expect(found.get(tampered.id)).toEqual([
      { what: 'cash', kept: '99900.0000000002', derived: '99900' },
    ]);
    for (const { id } of [trader, idle, penniless, crumbs]) expect(found.get(id)).toEqual([]);
  });
});
