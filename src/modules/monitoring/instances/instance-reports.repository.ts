import { Injectable } from '@nestjs/common';
import { lt, sql } from 'drizzle-orm';
import { Database } from '../../../database/index.js';
import { instanceReportsTable as reports } from './instance-reports.table.js';
import type { Counts } from './minute-counts.js';

/** Of all instances together, in the last minute. */
export interface FleetCounts extends Counts {
  readonly instances: number;
}

/** By the database's clock: instances need not agree on the time. */
@Injectable()
export class InstanceReportsRepository {
  constructor(private readonly database: Database) {}

  async save(instance: string, role: string, counts: Counts): Promise<void> {
    const report = { role, ...counts, seenAt: sql`now()` };
    await this.database.sql
      .insert(reports)
      .values({ instance, ...report })
      .onConflictDoUpdate({ target: reports.instance, set: report });
  }

  /** Those that reported within `withinMs`. */
  async total(withinMs: number): Promise<FleetCounts> {
    const total = (column: 'lookups' | 'hits' | 'connectionErrors') =>
      sql<number>`coalesce(sum(${reports[column]}), 0)::int`;
    const [row] = await this.database.sql
      .select({
        instances: sql<number>`count(*)::int`,
        lookups: total('lookups'),
        hits: total('hits'),
        connectionErrors: total('connectionErrors'),
      })
      .from(reports)
      .where(sql`${reports.seenAt} > now() - ${withinMs} * interval '1 millisecond'`);
    return row ?? { instances: 0, lookups: 0, hits: 0, connectionErrors: 0 };
  }

  async remove(instance: string): Promise<void> {
    await this.database.sql.delete(reports).where(sql`${reports.instance} = ${instance}`);
  }

  async forget(seenBefore: Date): Promise<void> {
    await this.database.sql.delete(reports).where(lt(reports.seenAt, seenBefore));
  }
}
