import { Injectable } from '@nestjs/common';
import { and, asc, count, eq, inArray, min, sql, type SQL } from 'drizzle-orm';
import { newId } from '../../kernel/ids.js';
import {
  PendingWrites,
  type ClaimOptions,
  type PendingFigures,
  type PendingWrite,
  type PutOptions,
  type WriteClaim,
} from '../../kernel/pending-writes.js';
import { Database } from '../database.js';
import { pendingWritesTable as writesTable } from './pending-writes.table.js';

const nextVersion = sql<bigint>`nextval('pending_write_versions')`;

/** The pending writes on PostgreSQL and PGlite: what `put` has answered for outlives every process. */
@Injectable()
export class DatabasePendingWrites extends PendingWrites {
  constructor(private readonly database: Database) {
    super();
  }

  /** One statement. Instances that put at the same time may together pass `maxPending` by what they put. */
  override async put(
    name: string,
    writes: readonly PendingWrite[],
    { maxPending, delayMs }: PutOptions,
  ): Promise<readonly string[]> {
    if (writes.length === 0) return [];
    const given = JSON.stringify(writes.map(({ key, payload }) => ({ key, payload })));
    // In the order of keys, whoever writes: two statements over the same rows never deadlock.
    const withRoom = sql`
      select ${name}::text, given.key, given.payload, null::bigint, 0, now(), ${fromNow(delayMs)}, null::text, null::timestamptz
      from (
        select wanted.key, wanted.payload, waiting.key is not null as waits,
          row_number() over (partition by waiting.key is null order by wanted.key) as place
        from jsonb_to_recordset(${given}::jsonb) as wanted(key text, payload text)
        left join ${writesTable} as waiting on waiting.name = ${name} and waiting.key = wanted.key
      ) as given
      where given.waits
        or given.place <= ${maxPending} - (select count(*) from ${writesTable} where name = ${name})
      order by given.key`;
    const isHeld = sql`${writesTable.holder} is not null`;
    const kept = await this.database.sql
      .insert(writesTable)
      .select(withRoom)
      .onConflictDoUpdate({
        target: [writesTable.name, writesTable.key],
        set: {
          payload: sql`excluded.payload`,
          // So that the flush that has the older one does not take it for written.
          version: null,
          // What a flush has at hand may be as good as written: this write begins to wait now.
          writtenAt: sql`case when ${isHeld} then now() else ${writesTable.writtenAt} end`,
          dueAt: sql`case when ${isHeld} then ${fromNow(delayMs)} else ${writesTable.dueAt} end`,
        },
      })
      .returning({ key: writesTable.key });
    return kept.map(({ key }) => key);
  }

  override async claim(name: string, { limit, leaseMs, early }: ClaimOptions): Promise<WriteClaim> {
    const holder = newId();
    const isFree = sql`(${writesTable.leasedUntil} is null or ${writesTable.leasedUntil} <= now())`;
    const isDue = early ? undefined : sql`${writesTable.dueAt} <= now()`;
    const free = this.database.sql.$with('free').as(
      this.database.sql
        .select({ key: writesTable.key })
        .from(writesTable)
        .where(and(eq(writesTable.name, name), isFree, isDue))
        .orderBy(asc(writesTable.attempts), asc(writesTable.dueAt))
        .limit(limit)
        .for('update', { skipLocked: true }),
    );
    const claimed = await this.database.sql
      .with(free)
      .update(writesTable)
      .set({ holder, leasedUntil: fromNow(leaseMs), version: nextVersion })
      .from(free)
      .where(and(eq(writesTable.name, name), eq(writesTable.key, free.key)))
      .returning({
        key: writesTable.key,
        payload: writesTable.payload,
        version: sql`${writesTable.version}`.mapWith(BigInt),
        attempts: writesTable.attempts,
        dueAt: writesTable.dueAt,
      });
    const writes = claimed
      .sort((a, b) => a.attempts - b.attempts || a.dueAt.getTime() - b.dueAt.getTime())
      .map(({ dueAt: _order, ...write }) => write);
    return { holder, writes };
  }

  override async settle(name: string, { holder, writes }: WriteClaim): Promise<void> {
    if (writes.length === 0) return;
    const written = sql.join(
      writes.map(({ key, version }) => sql`(${key}::text, ${version}::bigint)`),
      sql`, `,
    );
    const isHeld = and(eq(writesTable.name, name), eq(writesTable.holder, holder));
    await this.database.transaction(async ({ sql: transaction }) => {
      // All locks first, in the order of keys: as part of the next statement they would come as its plan likes.
      await transaction
        .select({ key: writesTable.key })
        .from(writesTable)
        .where(isHeld)
        .orderBy(asc(writesTable.key))
        .for('update');
      await transaction
        .delete(writesTable)
        .where(and(isHeld, sql`(${writesTable.key}, ${writesTable.version}) in (${written})`));
      await transaction
        .update(writesTable)
        .set({ holder: null, leasedUntil: null, attempts: 0 })
        .where(isHeld);
    });
  }

  override async postpone(
    name: string,
    { holder, writes }: WriteClaim,
    delaysMs: readonly number[],
  ): Promise<void> {
    if (writes.length === 0) return;
    const delays = JSON.stringify(writes.map(({ key }, i) => ({ key, ms: delaysMs[i] ?? 0 })));
    // Locked in the order of keys, as put does it.
    const held = this.database.sql.$with('held').as(
      this.database.sql
        .select({ key: writesTable.key })
        .from(writesTable)
        .where(and(eq(writesTable.name, name), eq(writesTable.holder, holder)))
        .orderBy(asc(writesTable.key))
        .for('update'),
    );
    await this.database.sql
      .with(held)
      .update(writesTable)
      .set({
        holder: null,
        leasedUntil: null,
        attempts: sql`${writesTable.attempts} + 1`,
        dueAt: sql`now() + delayed.ms * interval '1 millisecond'`,
      })
      .from(
        sql`held join jsonb_to_recordset(${delays}::jsonb) as delayed(key text, ms float8) on delayed.key = held.key`,
      )
      .where(and(eq(writesTable.name, name), eq(writesTable.key, sql`held.key`)));
  }

  override async find(name: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (keys.length === 0) return new Map();
    const found = await this.database.sql
      .select({ key: writesTable.key, payload: writesTable.payload })
      .from(writesTable)
      .where(and(eq(writesTable.name, name), inArray(writesTable.key, [...keys])));
    return new Map(found.map(({ key, payload }) => [key, payload]));
  }

  override async figures(name: string): Promise<PendingFigures> {
    const [row] = await this.database.sql
      .select({
        pending: count(),
        oldestAgeMs: sql<number>`coalesce(extract(epoch from now() - ${min(writesTable.writtenAt)}) * 1000, 0)::float8`,
      })
      .from(writesTable)
      .where(eq(writesTable.name, name));
    return { pending: row?.pending ?? 0, oldestAgeMs: Math.max(0, row?.oldestAgeMs ?? 0) };
  }
}

function fromNow(delayMs: number): SQL {
  return sql`now() + ${delayMs}::float8 * interval '1 millisecond'`;
}
