import { Injectable } from '@nestjs/common';
import { and, asc, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import { madeOnce, type Sql } from '../../../database/index.js';
import { moneyText } from '../../../kernel/money.js';
import { accountsTable } from '../accounts/accounts.table.js';
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
  readonly #post = madeOnce<PostValues, { seq: number }[]>(post);

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
    const [row] = await this.#post(transaction, {
      ...entry,
      at: entry.at.toISOString(),
      lines: JSON.stringify(lines.map(toLine)),
      positions: JSON.stringify(positionsOf(entry, change)),
      cash: moneyText(change.cash),
      reservedCash: moneyText(change.reservedCash),
      collateral: moneyText(change.collateral),
      contributed: moneyText(change.contributed),
      feesPaid: moneyText(change.feesPaid),
    });
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

/** Of {@link LedgerRepository.post}, by the names of its placeholders. */
interface PostValues extends Record<string, string | null> {
  readonly id: string;
  readonly accountId: string;
  readonly kind: LedgerEntryKind;
  readonly symbol: string | null;
  readonly orderId: string | null;
  readonly executionId: string | null;
  readonly corporateActionId: string | null;
  readonly clientTransferId: string | null;
  readonly at: string;
  readonly lines: string;
  readonly positions: string;
  readonly cash: string;
  readonly reservedCash: string;
  readonly collateral: string;
  readonly contributed: string;
  readonly feesPaid: string;
}

/** Lines and positions are lists in JSON: one text, however many there are. */
const post = (connection: Sql) => {
  const value = (name: string, type: string) => sql`${sql.placeholder(name)}::${sql.raw(type)}`;
  const { id, cash, reservedCash, collateral, contributed, feesPaid, ledgerSeq } = accountsTable;
  const written = connection.$with('written', {}).as(sql`
    insert into ledger_entries (id, account_id, seq, kind, symbol, order_id, execution_id, corporate_action_id, client_transfer_id, at)
    select ${value('id', 'uuid')}, ${id}, ${ledgerSeq} + 1, ${value('kind', 'text')}, ${value('symbol', 'text')}, ${value('orderId', 'uuid')},
      ${value('executionId', 'uuid')}, ${value('corporateActionId', 'uuid')}, ${value('clientTransferId', 'text')},
      ${value('at', 'timestamptz')}
    from ${accountsTable} where ${id} = ${value('accountId', 'uuid')}`);
  const moved = connection.$with('moved', {}).as(sql`
    insert into ledger_postings (entry_id, line, book, symbol, amount)
    select ${value('id', 'uuid')}, line, book, symbol, amount
    from jsonb_to_recordset(${value('lines', 'jsonb')}) as lines(line integer, book text, symbol text, amount numeric)`);
  const held = connection.$with('held', {}).as(sql`
    insert into positions (account_id, symbol, quantity, reserved_quantity, collateral, cost_basis, average_cost, realized_pnl, updated_at)
    select ${value('accountId', 'uuid')}, symbol, quantity, reserved, collateral, 0, 0, 0, ${value('at', 'timestamptz')}
    from jsonb_to_recordset(${value('positions', 'jsonb')}) as held(symbol text, quantity numeric, reserved numeric, collateral numeric)
    on conflict (account_id, symbol) do update set
      quantity = positions.quantity + excluded.quantity,
      reserved_quantity = positions.reserved_quantity + excluded.reserved_quantity,
      collateral = positions.collateral + excluded.collateral,
      updated_at = excluded.updated_at`);
  return connection
    .with(written, moved, held)
    .update(accountsTable)
    .set({
      cash: sql`${cash} + ${value('cash', 'numeric')}`,
      reservedCash: sql`${reservedCash} + ${value('reservedCash', 'numeric')}`,
      collateral: sql`${collateral} + ${value('collateral', 'numeric')}`,
      contributed: sql`${contributed} + ${value('contributed', 'numeric')}`,
      feesPaid: sql`${feesPaid} + ${value('feesPaid', 'numeric')}`,
      ledgerSeq: sql`${ledgerSeq} + 1`,
    })
    .where(eq(id, sql.placeholder('accountId')))
    .returning({ seq: ledgerSeq })
    .prepare('ledger.post');
};

function toLine({ book, symbol, amount }: Posting, line: number) {
  return { line, book, symbol, amount: moneyText(amount) };
}

/** What the entry moves of positions; one that it is about is named also where it moves collateral alone. */
function positionsOf({ symbol: about }: Pick<LedgerEntryRow, 'symbol'>, change: Balances) {
  const symbols = new Set(change.shares().keys());
  if (about !== null) symbols.add(about);
  return [...symbols].map((symbol) => {
    const { quantity, reserved } = change.sharesOf(symbol);
    const collateral = symbol === about ? moneyText(change.collateral) : '0';
    return { symbol, quantity: moneyText(quantity), reserved: moneyText(reserved), collateral };
  });
}
