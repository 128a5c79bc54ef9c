import { eq, sql, type SQL } from 'drizzle-orm';
import type { LoggedChange } from '../../kernel/session-records.js';
import type { Sql } from '../database.js';
import {
  sessionChangesTable as changes,
  sessionGenerationsTable as generations,
} from './sessions.table.js';

/** Of a user, within another statement; 0 when nothing was ever ended at once. */
export function presentGeneration(userId: string): SQL<number> {
  return sql<number>`coalesce((select ${generations.generation} from ${generations} where ${generations.userId} = ${userId}), 0)`;
}

/** Begins the next one. @returns undefined, and nothing is done, when `before` is not the present one any more. */
export async function nextGeneration(
  connection: Sql,
  userId: string,
  before: number,
): Promise<number | undefined> {
  const generation = before + 1;
  const begun = await connection
    .insert(generations)
    .values({ userId, generation })
    .onConflictDoUpdate({
      target: generations.userId,
      set: { generation },
      setWhere: eq(generations.generation, before),
    })
    .returning({ generation: generations.generation });
  return begun[0]?.generation;
}

/** Begins the next one whatever the present one is, and logs that: one statement, however many sessions it ends. */
export async function beginGeneration(connection: Sql, userId: string): Promise<LoggedChange> {
  const bumped = connection.$with('bumped').as(
    connection
      .insert(generations)
      .values({ userId, generation: 1 })
      .onConflictDoUpdate({
        target: generations.userId,
        set: { generation: sql`${generations.generation} + 1` },
      })
      .returning({ generation: generations.generation }),
  );
  const [logged] = await connection
    .with(bumped)
    .insert(changes)
    .select(
      sql`select nextval(pg_get_serial_sequence('session_changes', 'seq')),
        jsonb_build_object('kind', 'all-ended', 'userId', ${userId}::text, 'generation', generation),
        clock_timestamp() from bumped`,
    )
    .returning({ seq: changes.seq, change: changes.change });
  if (logged === undefined) throw new Error('ending all sessions returned no row');
  return logged;
}
