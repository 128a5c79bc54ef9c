import { Injectable } from '@nestjs/common';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import { finishedImports } from './imports.repository.js';
import { importChunksTable, importCountsTable } from './imports.table.js';

/** What an import needs of its file, for as long as it is not finished. */
@Injectable()
export class ImportFilesRepository {
  constructor(private readonly database: Database) {}

  async addChunk(importId: string, seq: number, bytes: Uint8Array): Promise<void> {
    await this.database.sql.insert(importChunksTable).values({ importId, seq, bytes });
  }

  async findChunk(importId: string, seq: number): Promise<Uint8Array | undefined> {
    const [row] = await this.database.sql
      .select({ bytes: importChunksTable.bytes })
      .from(importChunksTable)
      .where(and(eq(importChunksTable.importId, importId), eq(importChunksTable.seq, seq)));
    return row?.bytes;
  }

  /**
   * Counts contents of one more batch.
   * @param found how often each comes up in the batch
   * @returns how often each has come up in the file, the batch included
   */
  async count(
    transaction: Sql,
    importId: string,
    found: ReadonlyMap<string, number>,
  ): Promise<Map<string, number>> {
    if (found.size === 0) return new Map();
    const rows = await transaction
      .insert(importCountsTable)
      .select(
        sql`select ${importId}::uuid, key, value::integer from jsonb_each_text(${JSON.stringify(Object.fromEntries(found))}::jsonb)`,
      )
      .onConflictDoUpdate({
        target: [importCountsTable.importId, importCountsTable.contentHash],
        set: { count: sql`${importCountsTable.count} + excluded.count` },
      })
      .returning({ contentHash: importCountsTable.contentHash, count: importCountsTable.count });
    return new Map(rows.map(({ contentHash, count }) => [contentHash, count]));
  }

  async remove(connection: Sql, importId: string): Promise<void> {
    await connection.delete(importChunksTable).where(eq(importChunksTable.importId, importId));
    await connection.delete(importCountsTable).where(eq(importCountsTable.importId, importId));
  }

  /** What finished imports have left behind. @returns how many chunks. */
  async removeLeftovers(): Promise<number> {
    const { sql: connection } = this.database;
    const chunks = await connection
      .delete(importChunksTable)
      .where(inArray(importChunksTable.importId, finishedImports(connection)))
      .returning({ seq: importChunksTable.seq });
    await connection
      .delete(importCountsTable)
      .where(inArray(importCountsTable.importId, finishedImports(connection)));
    return chunks.length;
  }
}
