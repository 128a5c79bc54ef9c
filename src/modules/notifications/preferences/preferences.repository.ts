import { Injectable } from '@nestjs/common';
import { eq, inArray } from 'drizzle-orm';
import { Database } from '../../../database/index.js';
import { CachedQueries, type Cache } from '../../../redis/index.js';
import { preferencesOf, preferencesQuery } from '../notifications.caches.js';
import { storedPreferencesSchema, type Preferences } from './preferences.dto.js';
import { notificationPreferencesTable } from './preferences.table.js';

@Injectable()
export class PreferencesRepository {
  readonly #preferences: Cache<{ userId: string }, Preferences>;

  constructor(
    private readonly database: Database,
    private readonly queries: CachedQueries,
  ) {
    this.#preferences = queries.use(preferencesQuery);
  }

  /** In the order of the users; undefined for those who have not set them. */
  findMany(userIds: readonly string[]): Promise<(Preferences | undefined)[]> {
    return this.#preferences.getOrSetMany(
      userIds.map((userId) => ({ userId })),
      (missing) => this.#read(missing.map(({ userId }) => userId)),
    );
  }

  /** Who is told something from now on, is told it as they chose. */
  async save(userId: string, preferences: Preferences, updatedAt: Date): Promise<void> {
    await this.queries.write([preferencesOf(userId)], () =>
      this.database.sql
        .insert(notificationPreferencesTable)
        .values({ userId, preferences, updatedAt })
        .onConflictDoUpdate({
          target: notificationPreferencesTable.userId,
          set: { preferences, updatedAt },
        }),
    );
  }

  /** What is stored by the time of it, without what others change at the same time being lost. */
  async change(
    userId: string,
    change: (before: Preferences) => Preferences,
    updatedAt: Date,
  ): Promise<void> {
    const table = notificationPreferencesTable;
    await this.queries.write([preferencesOf(userId)], () =>
      this.database.transaction(async ({ sql }) => {
        const preferences = storedPreferencesSchema.parse({});
        await sql.insert(table).values({ userId, preferences, updatedAt }).onConflictDoNothing();
        const mine = eq(table.userId, userId);
        const [row] = await sql.select().from(table).where(mine).for('update');
        const after = change(storedPreferencesSchema.parse(row?.preferences));
        await sql.update(table).set({ preferences: after, updatedAt }).where(mine);
      }),
    );
  }

  async #read(userIds: string[]): Promise<(Preferences | undefined)[]> {
    const rows = await this.database.sql
      .select({
        userId: notificationPreferencesTable.userId,
        preferences: notificationPreferencesTable.preferences,
      })
      .from(notificationPreferencesTable)
      .where(inArray(notificationPreferencesTable.userId, userIds));
    const found = new Map(rows.map((row) => [row.userId, row.preferences]));
    return userIds.map((userId) => {
      const stored = found.get(userId);
      return stored && storedPreferencesSchema.parse(stored);
    });
  }
}
