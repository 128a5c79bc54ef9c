import { Injectable } from '@nestjs/common';
import { and, asc, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import type { Sql } from '../../../database/index.js';
import { moneyText } from '../../../kernel/money.js';
import { accountsTable } from '../accounts/accounts.table.js';
import { positionsTable } from '../execution/executions.table.js';
import type { Balances } from './balances.js';
import {
  ledgerEntriesTable as entries,
  ledgerPostingsTable as postings,
  type LedgerEntryKind,
  type LedgerEntryRow,
  type LedgerPostingRow,
} from './ledger.table.js';
import type { Posting } from './postings.js';

export interface LedgerEntry extends LedgerEntryRow {
  readonly postings: readonly LedgerPostingRow[];
}

@Injectable()
export class LedgerRepository {
  /**
   * Writes an entry with its lines, and brings the figures of the account and its positions up to date with it: one
   * statement, so one round trip, while the account is locked.
   * @param change the sums of `lines`
   * @returns the entry's number
   */
  async post(
    transaction: Sql,
    entry: Omit<LedgerEntryRow, 'seq'>,
    lines: readonly Posting[],
    change: Balances,
  ): Promise<number> {
    const { id, cash, reservedCash, collateral, contributed, feesPaid, ledgerSeq } = accountsTable;
    const seq = sql`(select ${ledgerSeq} + 1 from ${accountsTable} where ${id} = ${entry.accountId})`;
    const written = transaction
      .$with('written')
      .as(transaction.insert(entries).values({ ...entry, seq }));
    const moved = transaction
      .$with('moved')
      .as(transaction.insert(postings).values(toRows(entry.id, lines)));
    const shares = this.#changePositions(transaction, entry, change);
    const [row] = await transaction
      .with(written, moved, ...(shares ? [shares] : []))
      .update(accountsTable)
      .set({
        cash: sql`${cash} + ${moneyText(change.cash)}::numeric`,
        reservedCash: sql`${reservedCash} + ${moneyText(change.reservedCash)}::numeric`,
        collateral: sql`${collateral} + ${moneyText(change.collateral)}::numeric`,
        contributed: sql`${contributed} + ${moneyText(change.contributed)}::numeric`,
        feesPaid: sql`${feesPaid} + ${moneyText(change.feesPaid)}::numeric`,
        ledgerSeq: sql`${ledgerSeq} + 1`,
      })
      .where(eq(id, entry.accountId))
      .returning({ seq: ledgerSeq });
    if (!row) throw new Error(`account ${entry.accountId} has vanished`);
    return row.seq;
  }

  async findByClientTransferId(
    connection: Sql,
    accountId: string,
    clientTransferId: string,
  ): Promise<LedgerEntry | undefined> {
    const rows = await connection
      .select()
      .from(entries)
      .where(and(eq(entries.accountId, accountId), eq(entries.clientTransferId, clientTransferId)));
    return (await this.#withPostings(connection, rows))[0];
  }

  /** Newest first. */
  async list(
    connection: Sql,
    accountId: string,
    filter: {
      readonly kind: LedgerEntryKind | undefined;
      readonly beforeSeq: number | undefined;
      readonly limit: number;
    },
  ): Promise<LedgerEntry[]> {
    const { kind, beforeSeq, limit } = filter;
    const rows = await connection
      .select()
      .from(entries)
      .where(
        and(
          eq(entries.accountId, accountId),
          kind === undefined ? undefined : eq(entries.kind, kind),
          beforeSeq === undefined ? undefined : lt(entries.seq, beforeSeq),
        ),
      )
      .orderBy(desc(entries.seq))
      .limit(limit);
    return this.#withPostings(connection, rows);
  }

  /** Oldest first. */
  async listAfter(
    connection: Sql,
    accountId: string,
    afterSeq: number,
    limit: number,
  ): Promise<LedgerEntry[]> {
    const rows = await connection
      .select()
      .from(entries)
      .where(and(eq(entries.accountId, accountId), gt(entries.seq, afterSeq)))
      .orderBy(asc(entries.seq))
      .limit(limit);
    return this.#withPostings(connection, rows);
  }

  #changePositions(
    transaction: Sql,
    entry: Pick<LedgerEntryRow, 'accountId' | 'symbol' | 'at'>,
    change: Balances,
  ) {
    const { accountId, at: updatedAt } = entry;
    const moved = new Set(change.shares().keys());
    if (entry.symbol !== null) moved.add(entry.symbol);
    if (moved.size === 0) return undefined;
    const rows = [...moved].map((symbol) => ({
      accountId,
      symbol,
      quantity: moneyText(change.sharesOf(symbol).quantity),
      reservedQuantity: moneyText(change.sharesOf(symbol).reserved),
      collateral: symbol === entry.symbol ? moneyText(change.collateral) : '0',
      costBasis: '0',
      averageCost: '0',
      realizedPnl: '0',
      updatedAt,
    }));
    const { accountId: account, symbol, quantity, reservedQuantity, collateral } = positionsTable;
    return transaction.$with('held').as(
      transaction
        .insert(positionsTable)
        .values(rows)
        .onConflictDoUpdate({
          target: [account, symbol],
          set: {
            quantity: sql`${quantity} + excluded.quantity`,
            reservedQuantity: sql`${reservedQuantity} + excluded.reserved_quantity`,
            collateral: sql`${collateral} + excluded.collateral`,
            updatedAt,
          },
        }),
    );
  }

  async #withPostings(connection: Sql, rows: readonly LedgerEntryRow[]): Promise<LedgerEntry[]> {
    if (rows.length === 0) return [];
    const ids = rows.map(({ id }) => id);
    const lines = await connection
      .select()
      .from(postings)
      .where(inArray(postings.entryId, ids))
      .orderBy(postings.entryId, postings.line);
    const byEntry = new Map(ids.map((id): [string, LedgerPostingRow[]] => [id, []]));
    for (const line of lines) byEntry.get(line.entryId)?.push(line);
    return rows.map((row) => ({ ...row, postings: byEntry.get(row.id) ?? [] }));
  }
}

function toRows(entryId: string, lines: readonly Posting[]): LedgerPostingRow[] {
  return lines.map(({ book, symbol, amount }, line) => ({
    entryId,
    line,
    book,
    symbol,
    amount: moneyText(amount),
  }));
}
