import { Injectable } from '@nestjs/common';
import { and, asc, desc, eq, gt, gte, inArray, lt, ne, or, sql, type SQL } from 'drizzle-orm';
import type { Sql } from '../../../database/index.js';
import { executionsTable } from './executions.table.js';
import type { Lot, LotMethod } from './lots.js';
import {
  lotClosuresTable as closures,
  positionLotsTable as lots,
  type LotClosureRow,
  type PositionLotRow,
} from './lots.table.js';
import { moneyText } from '../../../kernel/money.js';

/** One statement takes no more rows than this: its parameters are numbered with 16 bits. */
const MAX_ROWS = 1_000;

/** Where a list of closures goes on: entries and lines are numbered. */
export interface ClosurePlace {
  readonly seq: number;
  readonly line: number;
}

/** Closures from `from` on and before `to`, where given. */
export interface ClosureFilter {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly symbol?: string | undefined;
}

export interface ClosureWithOpening extends LotClosureRow {
  readonly openedAt: Date;
}

/** What the closures of a symbol come to; USD, as text of decimals. */
export interface SymbolTotal {
  readonly symbol: string;
  readonly proceeds: string;
  readonly cost: string;
  readonly realizedPnl: string;
}

/** All that one entry closed, added up. */
export interface ClosedEntry {
  readonly seq: number;
  readonly executionId: string | null;
  readonly orderId: string | null;
  readonly symbol: string;
  readonly quantity: string;
  readonly proceeds: string;
  readonly cost: string;
  readonly realizedPnl: string;
  readonly closedAt: Date;
}

@Injectable()
export class LotsRepository {
  /** Open lots of a symbol in the order in which the method closes them; `pastSeq` is where the batch before ended. */
  async listOpen(
    connection: Sql,
    accountId: string,
    symbol: string,
    method: LotMethod,
    pastSeq: number | undefined,
    limit: number,
  ): Promise<PositionLotRow[]> {
    const [past, sorted] =
      method === 'fifo' ? [gt, asc(lots.openedSeq)] : [lt, desc(lots.openedSeq)];
    return connection
      .select()
      .from(lots)
      .where(
        and(
          eq(lots.accountId, accountId),
          eq(lots.symbol, symbol),
          ne(lots.quantity, '0'),
          pastSeq === undefined ? undefined : past(lots.openedSeq, pastSeq),
        ),
      )
      .orderBy(sorted)
      .limit(limit);
  }

  /** Closed ones too; of other accounts none. */
  async findOwn(
    connection: Sql,
    accountId: string,
    ids: readonly string[],
  ): Promise<PositionLotRow[]> {
    if (ids.length === 0) return [];
    return connection
      .select()
      .from(lots)
      .where(and(eq(lots.accountId, accountId), inArray(lots.id, [...ids])));
  }

  /** By id, closed ones too. */
  async listAfter(
    connection: Sql,
    accountId: string,
    afterId: string | undefined,
    limit: number,
  ): Promise<PositionLotRow[]> {
    return connection
      .select()
      .from(lots)
      .where(
        and(
          eq(lots.accountId, accountId),
          afterId === undefined ? undefined : gt(lots.id, afterId),
        ),
      )
      .orderBy(lots.id)
      .limit(limit);
  }

  async insert(transaction: Sql, row: PositionLotRow): Promise<void> {
    await transaction.insert(lots).values(row);
  }

  /** Writes what is left of each. */
  async setLeft(transaction: Sql, left: readonly Lot[]): Promise<void> {
    for (const some of inChunks(left)) {
      const rows = some.map(
        ({ id, quantity, cost }) =>
          sql`(${id}::uuid, ${moneyText(quantity)}::numeric, ${moneyText(cost)}::numeric)`,
      );
      await transaction.execute(
        sql`update ${lots} set quantity = "left".quantity, cost = "left".cost
          from (values ${sql.join(rows, sql`, `)}) as "left"(id, quantity, cost)
          where ${lots}.id = "left".id`,
      );
    }
  }

  async insertClosures(transaction: Sql, rows: readonly LotClosureRow[]): Promise<void> {
    for (const some of inChunks(rows)) await transaction.insert(closures).values([...some]);
  }

  /** The latest first. */
  async listClosures(
    connection: Sql,
    accountId: string,
    filter: ClosureFilter,
    before: ClosurePlace | undefined,
    limit: number,
  ): Promise<ClosureWithOpening[]> {
    const rows = await connection
      .select({ closure: closures, openedAt: lots.openedAt })
      .from(closures)
      .innerJoin(lots, eq(lots.id, closures.lotId))
      .where(
        and(
          isOf(accountId, filter),
          before &&
            or(
              lt(closures.seq, before.seq),
              and(eq(closures.seq, before.seq), lt(closures.line, before.line)),
            ),
        ),
      )
      .orderBy(desc(closures.seq), desc(closures.line))
      .limit(limit);
    return rows.map(({ closure, openedAt }) => ({ ...closure, openedAt }));
  }

  /** Oldest first. */
  async listClosuresAfter(
    connection: Sql,
    accountId: string,
    { seq, line }: ClosurePlace,
    limit: number,
  ): Promise<LotClosureRow[]> {
    return connection
      .select()
      .from(closures)
      .where(
        and(
          eq(closures.accountId, accountId),
          or(gt(closures.seq, seq), and(eq(closures.seq, seq), gt(closures.line, line))),
        ),
      )
      .orderBy(closures.seq, closures.line)
      .limit(limit);
  }

  /** By symbol, those that moved most first. */
  async totalsBySymbol(
    connection: Sql,
    accountId: string,
    filter: ClosureFilter,
    limit: number,
  ): Promise<SymbolTotal[]> {
    return connection
      .select({ symbol: closures.symbol, ...SUMS })
      .from(closures)
      .where(isOf(accountId, filter))
      .groupBy(closures.symbol)
      .orderBy(sql`abs(sum(${closures.realizedPnl})) desc`, closures.symbol)
      .limit(limit);
  }

  async total(
    connection: Sql,
    accountId: string,
    filter: ClosureFilter,
  ): Promise<Omit<SymbolTotal, 'symbol'> & { readonly symbols: number }> {
    const symbols = sql<number>`count(distinct ${closures.symbol})::int`;
    const [row] = await connection
      .select({ ...SUMS, symbols })
      .from(closures)
      .where(isOf(accountId, filter));
    return row ?? { proceeds: '0', cost: '0', realizedPnl: '0', symbols: 0 };
  }

  /** What each trade closed, oldest first; `afterSeq` is where the batch before ended. */
  async listClosedEntries(
    connection: Sql,
    accountId: string,
    from: Date | undefined,
    afterSeq: number,
    limit: number,
  ): Promise<ClosedEntry[]> {
    const rows = await connection
      .select({
        seq: closures.seq,
        executionId: closures.executionId,
        orderId: executionsTable.orderId,
        symbol: closures.symbol,
        closedAt: closures.closedAt,
        quantity: sql<string>`sum(${closures.quantity})`,
        ...SUMS,
      })
      .from(closures)
      .leftJoin(executionsTable, eq(executionsTable.id, closures.executionId))
      .where(and(isOf(accountId, { from }), gt(closures.seq, afterSeq)))
      .groupBy(
        closures.seq,
        closures.executionId,
        executionsTable.orderId,
        closures.symbol,
        closures.closedAt,
      )
      .orderBy(closures.seq)
      .limit(limit);
    return rows;
  }
}

const SUMS = {
  proceeds: sql<string>`coalesce(sum(${closures.proceeds}), 0)`,
  cost: sql<string>`coalesce(sum(${closures.cost}), 0)`,
  realizedPnl: sql<string>`coalesce(sum(${closures.realizedPnl}), 0)`,
};

function isOf(accountId: string, { from, to, symbol }: ClosureFilter): SQL | undefined {
  return and(
    eq(closures.accountId, accountId),
    from && gte(closures.closedAt, from),
    to && lt(closures.closedAt, to),
    symbol === undefined ? undefined : eq(closures.symbol, symbol),
  );
}

function* inChunks<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let at = 0; at < rows.length; at += MAX_ROWS) yield rows.slice(at, at + MAX_ROWS);
}
