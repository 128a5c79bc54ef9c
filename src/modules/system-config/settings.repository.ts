import { Injectable } from '@nestjs/common';
import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { Database, type Sql } from '../../database/index.js';
import type { SettingsKey } from './system-config.events.js';
import {
  configAuditTable,
  systemConfigTable,
  type ConfigAuditRow,
  type SystemConfigRow,
} from './system-config.table.js';

@Injectable()
export class SettingsRepository {
  constructor(private readonly database: Database) {}

  async find(key: SettingsKey): Promise<SystemConfigRow | undefined> {
    const [row] = await this.database.sql
      .select()
      .from(systemConfigTable)
      .where(eq(systemConfigTable.key, key));
    return row;
  }

  /** Changes of one group come one after the other: the lock is held until the transaction ends. */
  async findLocked(transaction: Sql, key: SettingsKey): Promise<SystemConfigRow | undefined> {
    // Not a row lock: at the first change there is no row yet.
    await transaction.execute(
      sql`select pg_advisory_xact_lock(hashtextextended(${`system_config:${key}`}, 0))`,
    );
    const [row] = await transaction
      .select()
      .from(systemConfigTable)
      .where(eq(systemConfigTable.key, key));
    return row;
  }

  async save(transaction: Sql, row: SystemConfigRow): Promise<void> {
    const { key: _, ...columns } = row;
    await transaction
      .insert(systemConfigTable)
      .values(row)
      .onConflictDoUpdate({ target: systemConfigTable.key, set: columns });
  }

  async remove(transaction: Sql, key: SettingsKey): Promise<void> {
    await transaction.delete(systemConfigTable).where(eq(systemConfigTable.key, key));
  }

  async insertChange(transaction: Sql, row: ConfigAuditRow): Promise<void> {
    await transaction.insert(configAuditTable).values(row);
  }

  /** Newest first. */
  async listChanges(filter: {
    readonly key?: SettingsKey | undefined;
    /** Only changes made before this one. */
    readonly beforeId?: string | undefined;
    readonly limit: number;
  }): Promise<ConfigAuditRow[]> {
    const { key, beforeId, limit } = filter;
    return this.database.sql
      .select()
      .from(configAuditTable)
      .where(
        and(
          key === undefined ? undefined : eq(configAuditTable.key, key),
          beforeId === undefined ? undefined : lt(configAuditTable.id, beforeId),
        ),
      )
      .orderBy(desc(configAuditTable.id))
      .limit(limit);
  }
}
