import { Injectable } from '@nestjs/common';
import {
  and,
  asc,
  count,
  desc,
  eq,
  gt,
  inArray,
  isNull,
  lt,
  ne,
  or,
  sql,
  type SQL,
} from 'drizzle-orm';
import type { Sql } from '../../../database/index.js';
import { contractRoot } from '../../market-data/index.js';
import { accountsTable } from '../accounts/accounts.table.js';
import { positionsTable } from '../execution/executions.table.js';
import { isContractOf } from '../options/contract-symbol.column.js';
import { WORKING_STATUSES } from '../orders/order-state.js';
import { ordersTable } from '../orders/orders.table.js';
import {
  corporateActionAccountsTable as concerned,
  corporateActionsTable as actions,
  type CorporateActionRow,
} from './corporate-actions.table.js';

export interface Progress {
  readonly accounts: number;
  readonly applied: number;
}

@Injectable()
export class CorporateActionsRepository {
  /** @returns false when there is one under the same reference: nothing is done then. */
  async insert(transaction: Sql, row: CorporateActionRow): Promise<boolean> {
    const inserted = await transaction
      .insert(actions)
      .values(row)
      .onConflictDoNothing({ target: actions.reference })
      .returning({ id: actions.id });
    return inserted.length === 1;
  }

  /**
   * From the commit on, whoever locks one of these accounts finds that the action is to be applied first. Locked in the order of their
   * ids: two actions do not wait for each other.
   */
  flagAccounts(transaction: Sql, row: CorporateActionRow): Promise<void> {
    return this.#flag(transaction, row, sql`for update`);
  }

  /**
   * {@link flagAccounts} of those that have come to hold the symbol, or to have orders of it, since. Waits for no account.
   * @returns false when one of them is locked by another, and is not flagged
   */
  async flagLatecomers(transaction: Sql, row: CorporateActionRow): Promise<boolean> {
    await this.#flag(transaction, row, sql`for update skip locked`);
    const left = await transaction
      .select({ id: accountsTable.id })
      .from(accountsTable)
      .where(sql`${accountsTable.id} in (${accountsOf(row)})`)
      .limit(1);
    return left.length === 0;
  }

  async #flag(transaction: Sql, row: CorporateActionRow, locked: SQL): Promise<void> {
    await transaction.execute(sql`
      with holders as (
        select id from ${accountsTable} where id in (${accountsOf(row)}) order by id ${locked}
      ), flagged as (
        update ${accountsTable} set pending_actions = pending_actions + 1 from holders
        where ${accountsTable}.id = holders.id returning ${accountsTable}.id
      )
      insert into ${concerned} (action_id, account_id) select ${row.id}::uuid, id from flagged`);
  }

  /** A contract that somebody holds, or has written, of those with this root. */
  async findOpenContract(transaction: Sql, root: string): Promise<string | undefined> {
    const { symbol, quantity } = positionsTable;
    const [found] = await transaction
      .select({ symbol })
      .from(positionsTable)
      .where(and(ne(quantity, '0'), isContractOf(symbol, root)))
      .limit(1);
    return found?.symbol;
  }

  /** The one of these symbols that positions of another come to have, once a change that was announced before is applied everywhere. */
  async findComing(
    transaction: Sql,
    symbols: readonly string[],
    ownId: string,
  ): Promise<string | undefined> {
    const { id, newSymbol } = actions;
    const [found] = await transaction
      .select({ newSymbol })
      .from(actions)
      .innerJoin(concerned, eq(concerned.actionId, actions.id))
      .where(and(isNull(concerned.appliedAt), inArray(newSymbol, [...symbols]), ne(id, ownId)))
      .limit(1);
    return found?.newSymbol ?? undefined;
  }

  /** Whether an account has one symbol long and the other short. */
  async holdsAgainst(transaction: Sql, symbol: string, newSymbol: string): Promise<boolean> {
    const found = await transaction
      .select({ account: positionsTable.accountId })
      .from(positionsTable)
      .where(inArray(positionsTable.symbol, [symbol, newSymbol]))
      .groupBy(positionsTable.accountId)
      .having(sql`min(${positionsTable.quantity}) < 0 and max(${positionsTable.quantity}) > 0`)
      .limit(1);
    return found.length > 0;
  }

  async findByReference(
    connection: Sql,
    reference: string,
  ): Promise<CorporateActionRow | undefined> {
    const [row] = await connection.select().from(actions).where(eq(actions.reference, reference));
    return row;
  }

  /** Those that are to be applied to the account, in the order in which they were announced. */
  async listPending(transaction: Sql, accountId: string): Promise<CorporateActionRow[]> {
    const rows = await transaction
      .select({ action: actions })
      .from(concerned)
      .innerJoin(actions, eq(actions.id, concerned.actionId))
      .where(and(eq(concerned.accountId, accountId), isNull(concerned.appliedAt)))
      .orderBy(asc(actions.createdAt), asc(actions.id));
    return rows.map(({ action }) => action);
  }

  async listPendingAccounts(
    connection: Sql,
    actionId: string,
    afterId: string | undefined,
    limit: number,
  ): Promise<string[]> {
    const rows = await connection
      .select({ id: concerned.accountId })
      .from(concerned)
      .where(
        and(
          eq(concerned.actionId, actionId),
          isNull(concerned.appliedAt),
          afterId === undefined ? undefined : gt(concerned.accountId, afterId),
        ),
      )
      .orderBy(concerned.accountId)
      .limit(limit);
    return rows.map(({ id }) => id);
  }

  async markApplied(
    transaction: Sql,
    accountId: string,
    actionIds: readonly string[],
    at: Date,
  ): Promise<void> {
    await transaction
      .update(concerned)
      .set({ appliedAt: at })
      .where(and(eq(concerned.accountId, accountId), inArray(concerned.actionId, [...actionIds])));
    await transaction
      .update(accountsTable)
      .set({ pendingActions: sql`${accountsTable.pendingActions} - ${actionIds.length}` })
      .where(eq(accountsTable.id, accountId));
  }

  /** Once no account is left in which it is to be applied. */
  async finish(connection: Sql, actionId: string, at: Date): Promise<void> {
    const left = sql`exists (select 1 from ${concerned} where ${concerned.actionId} = ${actionId} and ${concerned.appliedAt} is null)`;
    await connection
      .update(actions)
      .set({ appliedAt: at })
      .where(and(eq(actions.id, actionId), isNull(actions.appliedAt), sql`not ${left}`));
  }

  async listUnfinished(connection: Sql, limit: number): Promise<string[]> {
    const rows = await connection
      .select({ id: actions.id })
      .from(actions)
      .where(isNull(actions.appliedAt))
      .orderBy(actions.createdAt)
      .limit(limit);
    return rows.map(({ id }) => id);
  }

  /** Newest first. */
  async list(
    connection: Sql,
    beforeId: string | undefined,
    limit: number,
  ): Promise<CorporateActionRow[]> {
    return connection
      .select()
      .from(actions)
      .where(beforeId === undefined ? undefined : lt(actions.id, beforeId))
      .orderBy(desc(actions.id))
      .limit(limit);
  }

  async progressOf(
    connection: Sql,
    actionIds: readonly string[],
  ): Promise<ReadonlyMap<string, Progress>> {
    if (actionIds.length === 0) return new Map();
    const rows = await connection
      .select({
        id: concerned.actionId,
        accounts: count(),
        applied: count(concerned.appliedAt),
      })
      .from(concerned)
      .where(inArray(concerned.actionId, [...actionIds]))
      .groupBy(concerned.actionId);
    return new Map(rows.map(({ id, accounts, applied }) => [id, { accounts, applied }]));
  }

  /** All that ever moved something in the account, for its audit. */
  async listOfAccount(connection: Sql, accountId: string): Promise<CorporateActionRow[]> {
    const rows = await connection
      .select({ action: actions })
      .from(concerned)
      .innerJoin(actions, eq(actions.id, concerned.actionId))
      .where(eq(concerned.accountId, accountId));
    return rows.map(({ action }) => action);
  }
}

/** Who holds the symbol, or has orders of it, and is not flagged yet. */
function accountsOf({ id, kind, symbol }: CorporateActionRow): SQL {
  const working = sql.join(
    WORKING_STATUSES.map((status) => sql`${status}`),
    sql`, `,
  );
  const { symbol: ordered } = ordersTable;
  // A dividend leaves contracts as they are, and orders for them.
  const isConcerned =
    kind === 'dividend'
      ? eq(ordered, symbol)
      : or(eq(ordered, symbol), isContractOf(ordered, contractRoot(symbol)));
  return sql`
    (
      select account_id from ${positionsTable} where symbol = ${symbol} and quantity <> 0
      union select account_id from ${ordersTable} where status in (${working}) and (${isConcerned})
    ) except select account_id from ${concerned} where action_id = ${id}::uuid`;
}
