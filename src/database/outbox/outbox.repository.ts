import { Injectable } from '@nestjs/common';
import { inArray, sql } from 'drizzle-orm';
import { newId } from '../../kernel/ids.js';
import type { JsonValue } from '../../kernel/json.js';
import { Database, type Sql } from '../database.js';
import { outboxTable, type OutboxRow } from './outbox.table.js';

export interface NewOutboxRow {
  readonly kind: OutboxRow['kind'];
  readonly topic: string;
  readonly name: string;
  readonly payload: JsonValue;
  readonly correlationId: string;
}

@Injectable()
export class OutboxRepository {
  constructor(private readonly database: Database) {}

  async insert(transaction: Sql, row: NewOutboxRow): Promise<void> {
    await transaction.insert(outboxTable).values({ id: newId(), ...row });
  }

  /**
   * The oldest due rows, leased to this caller until `leaseMs` from now; no two relays get the same row.
   * The lease is a committed update and not an open transaction: delivering may itself need the database.
   */
  async claim(limit: number, leaseMs: number): Promise<OutboxRow[]> {
    const due = sql`select id from ${outboxTable} where due_at <= now() order by id limit ${limit} for update skip locked`;
    const rows = await this.database.sql
      .update(outboxTable)
      .set({
        dueAt: sql`now() + ${leaseMs} * interval '1 millisecond'`,
        attempts: sql`${outboxTable.attempts} + 1`,
      })
      .where(sql`${outboxTable.id} in (${due})`)
      .returning();
    return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async delete(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.database.sql.delete(outboxTable).where(inArray(outboxTable.id, [...ids]));
  }

  /** Gives claimed rows back untried. */
  async release(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.database.sql
      .update(outboxTable)
      .set({ dueAt: sql`now()`, attempts: sql`${outboxTable.attempts} - 1` })
      .where(inArray(outboxTable.id, [...ids]));
  }

  async postpone(id: string, delayMs: number): Promise<void> {
    await this.database.sql
      .update(outboxTable)
      .set({ dueAt: sql`now() + ${delayMs} * interval '1 millisecond'` })
      .where(sql`${outboxTable.id} = ${id}`);
  }
}
