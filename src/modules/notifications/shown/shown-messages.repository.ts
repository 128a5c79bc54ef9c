import { Injectable } from '@nestjs/common';
import { and, desc, gte, lt, lte, or, sql } from 'drizzle-orm';
import { Database } from '../../../database/index.js';
import { shownMessagesTable as shown, type ShownMessageRow } from './shown-messages.table.js';

/** How much is kept. */
export interface Kept {
  readonly count: number;
  readonly since: Date;
}

@Injectable()
export class ShownMessagesRepository {
  constructor(private readonly database: Database) {}

  /** Whatever is beyond `kept` goes with it. */
  async insert(row: ShownMessageRow, { count, since }: Kept): Promise<void> {
    await this.database.transaction(async (transaction) => {
      await transaction.sql.insert(shown).values(row);
      const firstBeyond = transaction.sql
        .select({ id: shown.id })
        .from(shown)
        .orderBy(desc(shown.id))
        .offset(count)
        .limit(1);
      await transaction.sql
        .delete(shown)
        .where(or(lt(shown.createdAt, since), lte(shown.id, sql`(${firstBeyond})`)));
    });
  }

  /** Latest first. */
  async list(filter: {
    readonly since: Date;
    /** Only messages from before this one. */
    readonly beforeId: string | undefined;
    readonly limit: number;
  }): Promise<ShownMessageRow[]> {
    const { since, beforeId, limit } = filter;
    return this.database.sql
      .select()
      .from(shown)
      .where(
        and(
          gte(shown.createdAt, since),
          beforeId === undefined ? undefined : lt(shown.id, beforeId),
        ),
      )
      .orderBy(desc(shown.id))
      .limit(limit);
  }
}
