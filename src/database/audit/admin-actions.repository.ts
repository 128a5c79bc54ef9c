import { Injectable } from '@nestjs/common';
import { desc, eq, lt, sql } from 'drizzle-orm';
import { AdminActions, type ActionOutcome, type AdminAction } from '../../kernel/admin-actions.js';
import { newId } from '../../kernel/ids.js';
import { Database } from '../database.js';
import { fromNow } from '../jobs/job-columns.js';
import { adminActionsTable as actions, type AdminActionRow } from './admin-actions.table.js';

@Injectable()
export class AdminActionsRepository extends AdminActions {
  constructor(private readonly database: Database) {
    super();
  }

  override async begin(action: AdminAction): Promise<string> {
    const id = newId();
    await this.database.sql.insert(actions).values({ id, ...action });
    return id;
  }

  override async end(
    id: string,
    outcome: Exclude<ActionOutcome, 'begun'>,
    status: number,
  ): Promise<void> {
    await this.database.sql
      .update(actions)
      .set({ outcome, status, endedAt: sql`now()` })
      .where(eq(actions.id, id));
  }

  override async forget(olderThanMs: number): Promise<number> {
    const rows = await this.database.sql
      .delete(actions)
      .where(lt(actions.begunAt, fromNow(-olderThanMs)))
      .returning({ id: actions.id });
    return rows.length;
  }

  /** Latest first. */
  list(beforeId: string | undefined, limit: number): Promise<AdminActionRow[]> {
    return this.database.sql
      .select()
      .from(actions)
      .where(beforeId === undefined ? undefined : lt(actions.id, beforeId))
      .orderBy(desc(actions.id))
      .limit(limit);
  }
}
