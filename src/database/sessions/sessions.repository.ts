import { Injectable } from '@nestjs/common';
import { and, desc, eq, gt, inArray, isNull, lte, sql, type SQL } from 'drizzle-orm';
import { isId } from '../../kernel/ids.js';
import { SessionRecords, type LiveAt, type SessionRecord } from '../../kernel/session-records.js';
import { Database } from '../database.js';
import { sessionsTable as sessions } from './sessions.table.js';

const open = isNull(sessions.revokedAt);

/** The session records on PostgreSQL and PGlite. */
@Injectable()
export class DatabaseSessionRecords extends SessionRecords {
  constructor(private readonly database: Database) {
    super();
  }

  override async open(session: SessionRecord, maxPerUser: number, live: LiveAt): Promise<string[]> {
    await this.database.sql.insert(sessions).values(toRow(session));
    // A statement of its own, after the insert is there for all to see: of several logins at once, the one
    // that counts last counts every other.
    const surplus = this.database.sql
      .select({ tokenHash: sessions.tokenHash })
      .from(sessions)
      .where(and(eq(sessions.userId, session.userId), isLiveRow(live)))
      .orderBy(desc(sessions.createdAt), desc(sessions.id))
      .offset(maxPerUser);
    return this.#revokeWhere(inArray(sessions.tokenHash, surplus), live.nowMs);
  }

  override async find(tokenHashes: readonly string[]): Promise<SessionRecord[]> {
    const rows = await this.database.sql
      .select()
      .from(sessions)
      .where(and(inArray(sessions.tokenHash, [...tokenHashes]), open));
    return rows.map(toRecord);
  }

  override async listByUser(userId: string, live: LiveAt): Promise<SessionRecord[]> {
    const rows = await this.database.sql
      .select()
      .from(sessions)
      .where(and(eq(sessions.userId, userId), isLiveRow(live)))
      .orderBy(desc(sessions.createdAt), desc(sessions.id));
    return rows.map(toRecord);
  }

  override async touch(tokenHashes: readonly string[], atMs: number): Promise<string[]> {
    const locked = this.#locked(inArray(sessions.tokenHash, [...tokenHashes]));
    const at = new Date(atMs).toISOString();
    const touched = await this.database.sql
      .with(locked)
      .update(sessions)
      .set({ lastActiveAt: sql`greatest(${sessions.lastActiveAt}, ${at}::timestamptz)` })
      .from(locked)
      .where(eq(sessions.tokenHash, locked.tokenHash))
      .returning({ tokenHash: sessions.tokenHash });
    return touched.map(({ tokenHash }) => tokenHash);
  }

  override async revoke(
    userId: string,
    sessionId: string,
    live: LiveAt,
  ): Promise<string | undefined> {
    if (!isId(sessionId)) return undefined;
    const one = and(eq(sessions.id, sessionId), eq(sessions.userId, userId), isLiveRow(live));
    const [tokenHash] = await this.#revokeWhere(one, live.nowMs);
    return tokenHash;
  }

  override revokeAll(userId: string, nowMs: number): Promise<string[]> {
    return this.#revokeWhere(
      and(eq(sessions.userId, userId), gt(sessions.expiresAt, new Date(nowMs))),
      nowMs,
    );
  }

  override async sweep(nowMs: number, limit: number): Promise<number> {
    const ended = this.database.sql
      .select({ tokenHash: sessions.tokenHash })
      .from(sessions)
      .where(lte(sessions.expiresAt, new Date(nowMs)))
      .orderBy(sessions.expiresAt)
      .limit(limit)
      .for('update', { skipLocked: true });
    const swept = await this.database.sql
      .delete(sessions)
      .where(inArray(sessions.tokenHash, ended))
      .returning({ tokenHash: sessions.tokenHash });
    return swept.length;
  }

  async #revokeWhere(condition: SQL | undefined, nowMs: number): Promise<string[]> {
    const locked = this.#locked(condition);
    const revoked = await this.database.sql
      .with(locked)
      .update(sessions)
      .set({ revokedAt: new Date(nowMs) })
      .from(locked)
      .where(eq(sessions.tokenHash, locked.tokenHash))
      .returning({ tokenHash: sessions.tokenHash });
    return revoked.map(({ tokenHash }) => tokenHash);
  }

  /** Rows that are open, locked in one order whoever asks: two statements over the same rows never deadlock. */
  #locked(condition: SQL | undefined) {
    return this.database.sql
      .$with('locked')
      .as(
        this.database.sql
          .select({ tokenHash: sessions.tokenHash })
          .from(sessions)
          .where(and(condition, open))
          .orderBy(sessions.tokenHash)
          .for('update'),
      );
  }
}

/** {@link isLive} and not revoked, in SQL. */
function isLiveRow({ nowMs, idleMs }: LiveAt): SQL | undefined {
  return and(
    open,
    gt(sessions.expiresAt, new Date(nowMs)),
    gt(sessions.lastActiveAt, new Date(nowMs - idleMs)),
  );
}

type Row = typeof sessions.$inferSelect;

function toRow(session: SessionRecord): typeof sessions.$inferInsert {
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

function toRecord({
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
