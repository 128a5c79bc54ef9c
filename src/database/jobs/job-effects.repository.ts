import { Injectable } from '@nestjs/common';
import { lt } from 'drizzle-orm';
import { Database, type Transaction } from '../database.js';
import { fromNow } from './job-columns.js';
import { jobEffectsTable as effects } from './job-effects.table.js';

/** What {@link JobEffects.once} came to. */
export type Effect<T> = { readonly done: true; readonly value: T } | { readonly done: false };

/**
 * Makes the second run of a job harmless whose effect leaves no row of its own that would say so: the key is written in
 * the transaction of the effect, so there are both or neither.
 */
@Injectable()
export class JobEffects {
  constructor(private readonly database: Database) {}

  /**
   * Does the work unless it was done under this key before. Whoever comes while another transaction does it waits for
   * the end of that one, and does it only if that one is rolled back.
   * @param key within the queue, the same for every run: the job's id, or what the effect is about
   *   (`statement:<account>:<date>`)
   */
  async once<T>(
    transaction: Transaction,
    queue: string,
    key: string,
    work: () => Promise<T>,
  ): Promise<Effect<T>> {
    const recorded = await transaction.sql
      .insert(effects)
      .values({ queue, key })
      .onConflictDoNothing()
      .returning({ key: effects.key });
    if (recorded.length === 0) return { done: false };
    return { done: true, value: await work() };
  }

  /** Deletes those of all queues that are older: no job comes back after so long. @returns how many. */
  async forget(olderThanMs: number): Promise<number> {
    const rows = await this.database.sql
      .delete(effects)
      .where(lt(effects.recordedAt, fromNow(-olderThanMs)))
      .returning({ key: effects.key });
    return rows.length;
  }
}
