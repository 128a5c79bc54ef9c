import { Injectable } from '@nestjs/common';
import { inArray } from 'drizzle-orm';
import { Database } from '../../../database/index.js';
import type { Preferences } from './preferences.dto.js';
import { notificationPreferencesTable } from './preferences.table.js';

@Injectable()
export class PreferencesRepository {
  constructor(private readonly database: Database) {}

  /** Of those who have set them. */
  async findMany(userIds: readonly string[]): Promise<{ userId: string; preferences: unknown }[]> {
    if (userIds.length === 0) return [];
    return this.database.sql
      .select({
        userId: notificationPreferencesTable.userId,
        preferences: notificationPreferencesTable.preferences,
      })
      .from(notificationPreferencesTable)
      .where(inArray(notificationPreferencesTable.userId, [...userIds]));
  }

  async save(userId: string, preferences: Preferences, updatedAt: Date): Promise<void> {
    await this.database.sql
      .insert(notificationPreferencesTable)
      .values({ userId, preferences, updatedAt })
      .onConflictDoUpdate({
        target: notificationPreferencesTable.userId,
        set: { preferences, updatedAt },
      });
  }
}
