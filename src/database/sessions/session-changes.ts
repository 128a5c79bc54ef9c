import { asc, lt, sql } from 'drizzle-orm';
import type { LoggedChange, SessionChange } from '../../kernel/session-records.js';
import type { Sql } from '../database.js';
import { sessionChangesTable as table } from './sessions.table.js';

const logged = { seq: table.seq, change: table.change };
const ago = (ms: number) => sql`clock_timestamp() - make_interval(secs => ${ms / 1_000})`;

/** In the transaction of what changes. */
export async function logChanges(
  transaction: Sql,
  changes: readonly SessionChange[],
): Promise<LoggedChange[]> {
  if (changes.length === 0) return [];
  return transaction
    .insert(table)
    .values(changes.map((change) => ({ change })))
    .returning(logged);
}

export function recentChanges(connection: Sql, windowMs: number): Promise<LoggedChange[]> {
  return connection
    .select(logged)
    .from(table)
    .where(sql`${table.loggedAt} > ${ago(windowMs)}`)
    .orderBy(asc(table.seq));
}

export async function sweepChanges(connection: Sql, keptMs: number): Promise<void> {
  await connection.delete(table).where(lt(table.loggedAt, ago(keptMs)));
}
