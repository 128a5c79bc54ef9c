import { Injectable } from '@nestjs/common';
import { lt, sql } from 'drizzle-orm';
import { Database } from '../../../database/index.js';
import {
  instanceReportsTable as reports,
  type StuckQueueReport,
} from './instance-reports.table.js';
import type { Counts } from './minute-counts.js';

/** Of all instances together, in the last minute. */
export interface FleetCounts extends Counts {
  readonly instances: number;
  /** Instances whose link was broken for longer than asked for. */
  readonly brokenLinks: number;
  readonly longestBrokenLinkMs: number;
  readonly stuckQueues: readonly StuckQueueReport[];
}

export interface InstanceReport extends Counts {
  readonly role: string;
  readonly linkBrokenMs: number;
  readonly stuckQueues: StuckQueueReport[];
}

const NOBODY: FleetCounts = {
  ...{ instances: 0, lookups: 0, hits: 0, connectionErrors: 0 },
  ...{ brokenLinks: 0, longestBrokenLinkMs: 0, stuckQueues: [] },
};

/** By the database's clock: instances need not agree on the time. */
@Injectable()
export class InstanceReportsRepository {
  constructor(private readonly database: Database) {}

  async save(instance: string, counted: InstanceReport): Promise<void> {
    const report = { ...counted, seenAt: sql`now()` };
    await this.database.sql
      .insert(reports)
      .values({ instance, ...report })
      .onConflictDoUpdate({ target: reports.instance, set: report });
  }

  /** Those that reported within `withinMs`. */
  async total(withinMs: number, brokenAboveMs: number): Promise<FleetCounts> {
    const total = (column: 'lookups' | 'hits' | 'connectionErrors') =>
      sql<number>`coalesce(sum(${reports[column]}), 0)::int`;
    const [row] = await this.database.sql
      .select({
        instances: sql<number>`count(*)::int`,
        lookups: total('lookups'),
        hits: total('hits'),
        connectionErrors: total('connectionErrors'),
        brokenLinks: sql<number>`(count(*) filter (where ${reports.linkBrokenMs} > ${brokenAboveMs}))::int`,
        longestBrokenLinkMs: sql<number>`coalesce(max(${reports.linkBrokenMs}), 0)::int`,
        stuckQueues: sql<
          StuckQueueReport[][]
        >`coalesce(jsonb_agg(${reports.stuckQueues}) filter (where ${reports.stuckQueues} <> '[]'), '[]')`,
      })
      .from(reports)
      .where(sql`${reports.seenAt} > now() - ${withinMs} * interval '1 millisecond'`);
    return row ? { ...row, stuckQueues: row.stuckQueues.flat() } : NOBODY;
  }

  async remove(instance: string): Promise<void> {
    await this.database.sql.delete(reports).where(sql`${reports.instance} = ${instance}`);
  }

  async forget(seenBefore: Date): Promise<void> {
    await this.database.sql.delete(reports).where(lt(reports.seenAt, seenBefore));
  }
}
