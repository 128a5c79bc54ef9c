import { Injectable } from '@nestjs/common';
import { and, count, eq, inArray, not, sql, type SQL } from 'drizzle-orm';
import { newId } from '../../kernel/ids.js';
import type { JsonValue } from '../../kernel/json.js';
import { Database, type Sql } from '../database.js';
import { madeOnce } from '../made-once.js';
import { outboxTable as outbox, type OutboxRow } from './outbox.table.js';

export interface NewOutboxRow {
  readonly kind: OutboxRow['kind'];
  readonly topic: string;
  readonly name: string;
  readonly payload: JsonValue;
  /** Of a job's payload. */
  readonly version: number;
  readonly correlationId: string;
  readonly stream: string | null;
}

/** When a row may be delivered next. */
export interface RowDelay {
  readonly id: string;
  readonly delayMs: number;
  /** Why it was not this time. */
  readonly error?: string;
}

export interface OutboxFigures {
  /** All that wait for their delivery, or are being delivered. */
  readonly rows: number;
  /** null: there is none. */
  readonly oldestAgeMs: number | null;
  /** Of those, rows that have failed eight times or more, so for 50 s at least. */
  readonly failing: number;
}

/** A row whose delivery fails again and again. */
export type FailingRow = Pick<
  OutboxRow,
  'id' | 'stream' | 'kind' | 'topic' | 'name' | 'attempts' | 'lastError' | 'createdAt' | 'dueAt'
>;

const isFailing = sql`${outbox.attempts} > 8`;
const MAX_ERROR_CHARS = 500;
/** A statement takes 65,535 values. */
const ROWS_PER_INSERT = 1_000;

@Injectable()
export class OutboxRepository {
  /** The rows are a list in JSON: one text, however many there are. Sorted, so that they are numbered in its order. */
  readonly #insert = madeOnce<{ rows: string }, unknown>((connection) => {
    const inserted = connection.$with('inserted', {}).as(sql`
      insert into outbox (id, stream, kind, topic, name, payload, version, correlation_id)
      select id, stream, kind, topic, name, payload, version, "correlationId"
      from rows from (jsonb_to_recordset(${sql.placeholder('rows')}::jsonb) as (
        id uuid, stream text, kind text, topic text, name text, payload jsonb, version int, "correlationId" text
      )) with ordinality order by ordinality`);
    return connection
      .with(inserted)
      .select({ one: sql`1` })
      .from(sql`(select 1) as one`)
      .prepare('outbox.insert');
  });

  constructor(private readonly database: Database) {}

  /** In the order given: they are numbered as they are written. */
  async insert(transaction: Sql, rows: readonly NewOutboxRow[]): Promise<void> {
    for (let start = 0; start < rows.length; start += ROWS_PER_INSERT) {
      const part = rows.slice(start, start + ROWS_PER_INSERT);
      await this.#insert(transaction, {
        rows: JSON.stringify(part.map((row) => ({ id: newId(), ...row }))),
      });
    }
  }

  /**
   * Rows without a stream that have been due for the longest, leased to this caller until `leaseMs` from now; no two
   * relays get the same row.
   * The lease is a committed update and not an open transaction: delivering may itself need the database.
   */
  async claim(limit: number, leaseMs: number): Promise<OutboxRow[]> {
    const { id, dueAt, seq, stream } = outbox;
    const due = sql`select ${id} from ${outbox} where ${stream} is null and ${dueAt} <= now()
      order by ${dueAt}, ${seq} limit ${limit} for update skip locked`;
    const rows = await this.database.sql
      .update(outbox)
      .set({ dueAt: fromNow(leaseMs), attempts: sql`${outbox.attempts} + 1` })
      // Asked once: as a join, "in" may ask again for each row, and lease more than `limit`.
      .where(sql`${id} = any(array(${due}))`)
      .returning();
    return rows.sort(bySeq);
  }

  /**
   * The first rows of each of these streams, leased to this caller until `leaseMs` from now, in the order of delivery;
   * none of a stream whose first row is not due.
   *
   * Only the first row carries the lease: nobody else gets a row of the stream as long as it stands, so those after it
   * need not be written to. {@link settle} ends the claim.
   */
  async claimStreams(
    streams: readonly string[],
    rowsPerStream: number,
    leaseMs: number,
  ): Promise<OutboxRow[]> {
    if (streams.length === 0) return [];
    const { id, seq, stream, dueAt, attempts } = outbox;
    const connection = this.database.sql;
    const asked = JSON.stringify(streams);
    const first = sql`select ${id} as first_id from ${outbox}
      where ${stream} = asked.name order by ${seq} limit 1`;
    // `for update` looks again at a row that another relay has leased since this statement began, and leaves it out.
    const heads = connection.$with('head', { id, stream, seq }).as(
      sql`select ${id}, ${stream}, ${seq} from jsonb_array_elements_text(${asked}::jsonb) as asked(name)
        cross join lateral (${first}) as of_stream join ${outbox} on ${id} = first_id
        where ${dueAt} <= now() for update of ${outbox} skip locked`,
    );
    const leased = connection.$with('leased').as(
      connection
        .update(outbox)
        .set({ dueAt: fromNow(leaseMs), attempts: sql`${attempts} + 1` })
        .where(sql`${id} in (select id from head)`)
        .returning({ id }),
    );
    const ofStream = connection
      .select()
      .from(outbox)
      .where(sql`${stream} = ${heads.stream} and ${seq} >= ${heads.seq}`)
      .orderBy(seq)
      .limit(rowsPerStream)
      .as('of_stream');
    const rows = await connection
      .with(heads, leased)
      .select()
      .from(heads)
      .innerJoinLateral(ofStream, sql`true`);
    // As they were before this statement.
    return rows.map(({ of_stream: row }) => ({ ...row, attempts: row.attempts + 1 })).sort(bySeq);
  }

  /**
   * Up to `limit` streams that have rows, in the order of their names from the one after `after` on: one step of an
   * index each, however many rows they have.
   */
  async listStreams(
    after: string,
    limit: number,
  ): Promise<{ readonly stream: string; readonly isDue: boolean }[]> {
    const { stream, seq, dueAt } = outbox;
    const next = (past: SQL) => sql`select ${stream}, ${dueAt} from ${outbox}
      where ${stream} > ${past} order by ${stream}, ${seq} limit 1`;
    const found = sql`with recursive heads as (
        (${next(sql`${after}`)})
        union all
        select following.* from heads cross join lateral (${next(sql`heads.stream`)}) as following
      ) select * from heads limit ${limit}`;
    return this.database.sql
      .select({ stream: sql<string>`stream`, isDue: sql<boolean>`due_at <= now()` })
      .from(sql`(${found}) as found`);
  }

  /**
   * Ends a claim of {@link claimStreams}: what was delivered is gone, and `next`, which follows it, is due at another
   * moment.
   * @param head the first row of the claim. When it was claimed by another relay since, for its lease was over, nothing
   *   is done: that one delivers all of it again.
   * @returns whether the stream has more rows. They may have been written during the claim, by somebody who could not
   *   claim them then.
   */
  async settle(
    head: OutboxRow,
    delivered: readonly string[],
    next?: RowDelay & { readonly attempts: number },
  ): Promise<boolean> {
    const { id, attempts } = outbox;
    const connection = this.database.sql;
    const held = connection.$with('held').as(
      connection
        .select({ id })
        .from(outbox)
        .where(and(eq(id, head.id), eq(attempts, head.attempts)))
        .for('update'),
    );
    const isHeld = sql`exists (select from ${held})`;
    const removed = connection.$with('gone').as(
      connection
        .delete(outbox)
        .where(and(inArray(id, [...delivered]), isHeld))
        .returning({ id }),
    );
    const gone = delivered.length > 0 ? [removed] : [];
    if (next !== undefined) {
      await connection
        .with(held, ...gone)
        .update(outbox)
        .set({ ...delayOf(next), attempts: next.attempts })
        .where(and(eq(id, next.id), isHeld));
      return true;
    }
    const others = sql`select from ${outbox}
      where ${outbox.stream} = ${head.stream} and ${not(inArray(id, [...delivered]))}`;
    const [row] = await connection
      .with(held, ...gone)
      .select({ hasMore: sql<boolean>`exists (${others})` })
      .from(sql`(select 1) as one`);
    return row?.hasMore ?? false;
  }

  /** Of rows without a stream. */
  async delete(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.database.sql.delete(outbox).where(inArray(outbox.id, [...ids]));
  }

  /** Gives claimed rows without a stream back untried. */
  async release(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.database.sql
      .update(outbox)
      .set({ dueAt: sql`now()`, attempts: sql`${outbox.attempts} - 1` })
      .where(inArray(outbox.id, [...ids]));
  }

  async figures(): Promise<OutboxFigures> {
    const age = sql`extract(epoch from now() - min(${outbox.createdAt})) * 1000`;
    const [row] = await this.database.sql
      .select({
        rows: count(),
        oldestAgeMs: sql<number | null>`(${age})::float8`,
        failing: sql<number>`(count(*) filter (where ${isFailing}))::int`,
      })
      .from(outbox);
    return row ?? { rows: 0, oldestAgeMs: null, failing: 0 };
  }

  /** The oldest first. */
  async listFailing(limit: number): Promise<FailingRow[]> {
    const { id, stream, kind, topic, name, attempts, lastError, createdAt, dueAt } = outbox;
    return this.database.sql
      .select({ id, stream, kind, topic, name, attempts, lastError, createdAt, dueAt })
      .from(outbox)
      .where(isFailing)
      .orderBy(outbox.seq)
      .limit(limit);
  }

  /** A row without a stream. */
  async postpone(delay: RowDelay): Promise<void> {
    await this.database.sql.update(outbox).set(delayOf(delay)).where(eq(outbox.id, delay.id));
  }
}

function delayOf({ delayMs, error }: RowDelay) {
  const lastError = error === undefined ? {} : { lastError: error.slice(0, MAX_ERROR_CHARS) };
  return { dueAt: fromNow(delayMs), ...lastError };
}

/** The database's clock decides: several processes share it. */
function fromNow(ms: number): SQL {
  return sql`now() + ${ms} * interval '1 millisecond'`;
}

function bySeq(a: OutboxRow, b: OutboxRow): number {
  return a.seq - b.seq;
}
