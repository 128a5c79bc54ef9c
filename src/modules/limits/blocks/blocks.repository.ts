import { Injectable } from '@nestjs/common';
import { and, desc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import {
  networkBlockChangesTable,
  networkBlocksTable,
  type NetworkBlockChangeRow,
  type NetworkBlockRow,
} from './network-blocks.table.js';

@Injectable()
export class BlocksRepository {
  constructor(private readonly database: Database) {}

  /** Not ended, those that last longest first. */
  async listLive(now: Date, limit: number): Promise<Pick<NetworkBlockRow, 'network' | 'endsAt'>[]> {
    const { network, endsAt } = networkBlocksTable;
    return this.database.sql
      .select({ network, endsAt })
      .from(networkBlocksTable)
      .where(isLive(now))
      .orderBy(sql`${endsAt} desc nulls first`)
      .limit(limit);
  }

  /** Not ended, newest first. */
  async pageOfLive(
    now: Date,
    beforeId: string | undefined,
    limit: number,
  ): Promise<NetworkBlockRow[]> {
    const { id } = networkBlocksTable;
    return this.database.sql
      .select()
      .from(networkBlocksTable)
      .where(and(isLive(now), beforeId === undefined ? undefined : lt(id, beforeId)))
      .orderBy(desc(id))
      .limit(limit);
  }

  /** What happens to one network happens in turn: the lock is held until the transaction ends. */
  async findLocked(transaction: Sql, network: string): Promise<NetworkBlockRow | undefined> {
    // Not a row lock: the first block of a network finds no row.
    await transaction.execute(
      sql`select pg_advisory_xact_lock(hashtextextended(${`network_blocks:${network}`}, 0))`,
    );
    const [row] = await transaction
      .select()
      .from(networkBlocksTable)
      .where(eq(networkBlocksTable.network, network));
    return row;
  }

  async save(transaction: Sql, row: NetworkBlockRow): Promise<void> {
    await transaction
      .insert(networkBlocksTable)
      .values(row)
      .onConflictDoUpdate({ target: networkBlocksTable.network, set: row });
  }

  /** @returns what was removed: of two who do so at once, one finds it */
  async remove(transaction: Sql, id: string, now: Date): Promise<NetworkBlockRow | undefined> {
    const [row] = await transaction
      .delete(networkBlocksTable)
      .where(and(eq(networkBlocksTable.id, id), isLive(now)))
      .returning();
    return row;
  }

  async insertChange(transaction: Sql, row: NetworkBlockChangeRow): Promise<void> {
    await transaction.insert(networkBlockChangesTable).values(row);
  }

  /** Newest first. */
  async listChanges(beforeId: string | undefined, limit: number): Promise<NetworkBlockChangeRow[]> {
    const { id } = networkBlockChangesTable;
    return this.database.sql
      .select()
      .from(networkBlockChangesTable)
      .where(beforeId === undefined ? undefined : lt(id, beforeId))
      .orderBy(desc(id))
      .limit(limit);
  }

  /** @returns how many rows went */
  async forget(endedBefore: Date, changedBefore: Date): Promise<number> {
    const { sql: statements } = this.database;
    const blocks = await statements
      .delete(networkBlocksTable)
      .where(lt(networkBlocksTable.endsAt, endedBefore))
      .returning({ id: networkBlocksTable.id });
    const changes = await statements
      .delete(networkBlockChangesTable)
      .where(lt(networkBlockChangesTable.changedAt, changedBefore))
      .returning({ id: networkBlockChangesTable.id });
    return blocks.length + changes.length;
  }
}

function isLive(now: Date) {
  return or(isNull(networkBlocksTable.endsAt), gt(networkBlocksTable.endsAt, now));
}
