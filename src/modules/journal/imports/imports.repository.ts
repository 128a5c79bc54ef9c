import { Injectable } from '@nestjs/common';
import { and, desc, eq, inArray, lt, notInArray, sql } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import { UNFINISHED_STATUSES, type ImportStatus } from './import-status.js';
import { importsTable, type ImportRow } from './imports.table.js';

export type ImportChange = Partial<Omit<ImportRow, 'id' | 'userId' | 'version' | 'createdAt'>>;

@Injectable()
export class ImportsRepository {
  constructor(private readonly database: Database) {}

  /**
   * However many come at once.
   * @returns false when the user has `maxUnfinished` under way already, and nothing was stored
   */
  insertUnlessBusy(row: ImportRow, maxUnfinished: number): Promise<boolean> {
    return this.database.transaction(async ({ sql: transaction }) => {
      await transaction.execute(
        sql`select pg_advisory_xact_lock(hashtextextended(${`imports:${row.userId}`}, 0))`,
      );
      const unfinished = await transaction.$count(
        importsTable,
        and(
          eq(importsTable.userId, row.userId),
          inArray(importsTable.status, [...UNFINISHED_STATUSES]),
        ),
      );
      if (unfinished >= maxUnfinished) return false;
      await transaction.insert(importsTable).values(row);
      return true;
    });
  }

  async find(id: string): Promise<ImportRow | undefined> {
    const [row] = await this.database.sql
      .select()
      .from(importsTable)
      .where(eq(importsTable.id, id));
    return row;
  }

  async findOwn(userId: string, id: string): Promise<ImportRow | undefined> {
    const [row] = await this.database.sql
      .select()
      .from(importsTable)
      .where(and(eq(importsTable.userId, userId), eq(importsTable.id, id)));
    return row;
  }

  /** Newest first. */
  async list(userId: string, beforeId: string | undefined, limit: number): Promise<ImportRow[]> {
    return this.database.sql
      .select()
      .from(importsTable)
      .where(
        and(
          eq(importsTable.userId, userId),
          beforeId === undefined ? undefined : lt(importsTable.id, beforeId),
        ),
      )
      .orderBy(desc(importsTable.id))
      .limit(limit);
  }

  /** Everything that changes an import or its trades begins with this: one change at a time. */
  async lock(transaction: Sql, id: string): Promise<ImportRow | undefined> {
    const [row] = await transaction
      .select()
      .from(importsTable)
      .where(eq(importsTable.id, id))
      .for('update');
    return row;
  }

  async update(connection: Sql, id: string, change: ImportChange): Promise<ImportRow> {
    const [row] = await connection
      .update(importsTable)
      .set({ ...change, version: sql`${importsTable.version} + 1` })
      .where(eq(importsTable.id, id))
      .returning();
    if (!row) throw new Error(`import ${id} has vanished`);
    return row;
  }

  /** Says that an import is not forgotten. */
  async touch(id: string, updatedAt: Date): Promise<void> {
    await this.database.sql
      .update(importsTable)
      .set({ updatedAt })
      .where(and(eq(importsTable.id, id), inArray(importsTable.status, ['queued', 'running'])));
  }

  /** Forgets an upload that did not come to its end, and its chunks. */
  async discardUpload(id: string): Promise<void> {
    await this.database.sql
      .delete(importsTable)
      .where(and(eq(importsTable.id, id), eq(importsTable.status, 'uploading')));
  }

  /** @returns how many. */
  async discardUploads(before: Date): Promise<number> {
    const rows = await this.database.sql
      .delete(importsTable)
      .where(and(eq(importsTable.status, 'uploading'), lt(importsTable.updatedAt, before)))
      .returning({ id: importsTable.id });
    return rows.length;
  }

  /** Imports that wait or run, and of which nothing has been heard since. */
  async findSilent(before: Date, limit: number): Promise<string[]> {
    const rows = await this.database.sql
      .select({ id: importsTable.id })
      .from(importsTable)
      .where(
        and(
          inArray(importsTable.status, ['queued', 'running']),
          lt(importsTable.updatedAt, before),
        ),
      )
      .orderBy(importsTable.updatedAt)
      .limit(limit);
    return rows.map(({ id }) => id);
  }

  /** Imports that wait, oldest first. */
  async findQueued(limit: number): Promise<string[]> {
    const rows = await this.database.sql
      .select({ id: importsTable.id })
      .from(importsTable)
      .where(eq(importsTable.status, 'queued'))
      .orderBy(importsTable.id)
      .limit(limit);
    return rows.map(({ id }) => id);
  }
}

/** For joins of other repositories of the module. */
export const finishedImports = (connection: Sql) =>
  connection
    .select({ id: importsTable.id })
    .from(importsTable)
    .where(notInArray(importsTable.status, [...UNFINISHED_STATUSES] satisfies ImportStatus[]));
