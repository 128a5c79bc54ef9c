import { and, gt, isNull, sql, type SQL } from 'drizzle-orm';
import type { LiveAt, SessionRecord } from '../../kernel/session-records.js';
import {
  sessionGenerationsTable as generations,
  sessionsTable as sessions,
} from './sessions.table.js';

type Row = typeof sessions.$inferSelect;

/**
 * Not of an earlier generation than its user's. A later one is what a rotation left that the statement waited
 * for: it sees the row anew, but not the generation.
 */
export const isCurrent = sql`${sessions.generation} >= coalesce(
  (select ${generations.generation} from ${generations} where ${generations.userId} = ${sessions.userId}), 0)`;

/** `isLive` and not ended, in SQL. */
export function isLiveRow({ nowMs, idleMs }: LiveAt): SQL | undefined {
  return and(
    isNull(sessions.revokedAt),
    isCurrent,
    gt(sessions.expiresAt, new Date(nowMs)),
    gt(sessions.lastActiveAt, new Date(nowMs - idleMs)),
  );
}

export function toRow(session: Omit<SessionRecord, 'generation'>): typeof sessions.$inferInsert {
  const { tokenHash, id, userId, ip, userAgent } = session;
  return {
    tokenHash,
    id,
    userId,
    createdAt: new Date(session.createdAtMs),
    lastActiveAt: new Date(session.lastActiveAtMs),
    expiresAt: new Date(session.expiresAtMs),
    ip,
    userAgent,
  };
}

export function toRecord({
  createdAt,
  lastActiveAt,
  expiresAt,
  revokedAt: _open,
  ...rest
}: Row): SessionRecord {
  return {
    ...rest,
    createdAtMs: createdAt.getTime(),
    lastActiveAtMs: lastActiveAt.getTime(),
    expiresAtMs: expiresAt.getTime(),
  };
}
