import { Injectable } from '@nestjs/common';
import { and, count, desc, eq, gt, lt, sql } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import { modelsTable, versionsTable, type ModelRow, type VersionRow } from './models.table.js';

/** A model and the figures of its newest version. */
export interface ModelWithLatest {
  readonly model: ModelRow;
  readonly latest: Pick<
    VersionRow,
    'version' | 'accuracy' | 'baselineAccuracy' | 'createdAt'
  > | null;
}

const isLatest = and(
  eq(versionsTable.modelId, modelsTable.id),
  eq(versionsTable.version, modelsTable.latestVersion),
);

/** How much better a version is than saying the same every time. */
const edge = sql`${versionsTable.accuracy} - ${versionsTable.baselineAccuracy}`;

@Injectable()
export class ModelsRepository {
  constructor(private readonly database: Database) {}

  async insert(row: ModelRow): Promise<void> {
    await this.database.sql.insert(modelsTable).values(row);
  }

  async find(connection: Sql, id: string): Promise<ModelRow | undefined> {
    const [row] = await connection.select().from(modelsTable).where(eq(modelsTable.id, id));
    return row;
  }

  /** For edges that act for a user: a model of somebody else is not there. */
  async findOwn(userId: string, id: string): Promise<ModelWithLatest | undefined> {
    const [row] = await this.#withLatest(
      and(eq(modelsTable.userId, userId), eq(modelsTable.id, id)),
      1,
    );
    return row;
  }

  /** Newest first. */
  list(userId: string, beforeId: string | undefined, limit: number): Promise<ModelWithLatest[]> {
    const before = beforeId === undefined ? undefined : lt(modelsTable.id, beforeId);
    return this.#withLatest(and(eq(modelsTable.userId, userId), before), limit);
  }

  async findVersion(modelId: string, version: number): Promise<VersionRow | undefined> {
    const [row] = await this.database.sql
      .select()
      .from(versionsTable)
      .where(and(eq(versionsTable.modelId, modelId), eq(versionsTable.version, version)));
    return row;
  }

  /** Adds the next version: its number is the model's own count. */
  async addVersion(transaction: Sql, row: Omit<VersionRow, 'version'>): Promise<VersionRow> {
    const [model] = await transaction
      .update(modelsTable)
      .set({ latestVersion: sql`${modelsTable.latestVersion} + 1` })
      .where(eq(modelsTable.id, row.modelId))
      .returning({ version: modelsTable.latestVersion });
    if (!model) throw new Error(`model ${row.modelId} has vanished`);
    const version = { ...row, version: model.version };
    await transaction.insert(versionsTable).values(version);
    return version;
  }

  async counts(connection: Sql, userId: string): Promise<{ models: number; trained: number }> {
    const [row] = await connection
      .select({
        models: count(),
        trained: sql<number>`count(*) filter (where ${gt(modelsTable.latestVersion, 0)})`.mapWith(
          Number,
        ),
      })
      .from(modelsTable)
      .where(eq(modelsTable.userId, userId));
    return row ?? { models: 0, trained: 0 };
  }

  /** The model whose newest version is furthest above its baseline; the older one of two that are equal. */
  async best(connection: Sql, userId: string): Promise<ModelWithLatest | undefined> {
    const [row] = await connection
      .select({ model: modelsTable, latest: versionsTable })
      .from(modelsTable)
      .innerJoin(versionsTable, isLatest)
      .where(eq(modelsTable.userId, userId))
      .orderBy(desc(edge), modelsTable.id)
      .limit(1);
    return row;
  }

  #withLatest(condition: ReturnType<typeof and>, limit: number): Promise<ModelWithLatest[]> {
    const { version, accuracy, baselineAccuracy, createdAt } = versionsTable;
    return this.database.sql
      .select({ model: modelsTable, latest: { version, accuracy, baselineAccuracy, createdAt } })
      .from(modelsTable)
      .leftJoin(versionsTable, isLatest)
      .where(condition)
      .orderBy(desc(modelsTable.id))
      .limit(limit);
  }
}
