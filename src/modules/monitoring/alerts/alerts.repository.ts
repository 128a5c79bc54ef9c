import { Injectable } from '@nestjs/common';
import { and, desc, eq, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import type { Verdict } from './alert-rules.js';
import { alertsTable, type AlertRow } from './alerts.table.js';

export interface AlertFilter {
  readonly state: 'active' | 'resolved' | 'all';
  readonly beforeId: string | undefined;
  readonly limit: number;
}

@Injectable()
export class AlertsRepository {
  constructor(private readonly database: Database) {}

  active(): Promise<AlertRow[]> {
    return this.database.sql.select().from(alertsTable).where(isNull(alertsTable.resolvedAt));
  }

  async find(id: string): Promise<AlertRow | undefined> {
    const [row] = await this.database.sql.select().from(alertsTable).where(eq(alertsTable.id, id));
    return row;
  }

  /** Newest first. */
  list({ state, beforeId, limit }: AlertFilter): Promise<AlertRow[]> {
    const ofState = { active: isNull, resolved: isNotNull, all: undefined }[state];
    return this.database.sql
      .select()
      .from(alertsTable)
      .where(
        and(
          ofState?.(alertsTable.resolvedAt),
          beforeId === undefined ? undefined : lt(alertsTable.id, beforeId),
        ),
      )
      .orderBy(desc(alertsTable.id))
      .limit(limit);
  }

  /** @returns undefined when one of the kind is active already */
  async raise(transaction: Sql, row: AlertRow): Promise<AlertRow | undefined> {
    const [raised] = await transaction
      .insert(alertsTable)
      .values(row)
      .onConflictDoNothing({
        target: alertsTable.kind,
        where: sql`${alertsTable.resolvedAt} is null`,
      })
      .returning();
    return raised;
  }

  /** @returns undefined when another instance did it */
  async resolve(transaction: Sql, id: string, resolvedAt: Date): Promise<AlertRow | undefined> {
    const [resolved] = await transaction
      .update(alertsTable)
      .set({ resolvedAt })
      .where(and(eq(alertsTable.id, id), isNull(alertsTable.resolvedAt)))
      .returning();
    return resolved;
  }

  /** The latest figures of an alert that goes on. */
  async update(id: string, { message, value, threshold }: Verdict): Promise<void> {
    await this.database.sql
      .update(alertsTable)
      .set({ message, value, threshold })
      .where(and(eq(alertsTable.id, id), isNull(alertsTable.resolvedAt)));
  }

  /** @returns how many */
  async forget(resolvedBefore: Date): Promise<number> {
    const rows = await this.database.sql
      .delete(alertsTable)
      .where(lt(alertsTable.resolvedAt, resolvedBefore))
      .returning({ id: alertsTable.id });
    return rows.length;
  }
}
