import { Injectable } from '@nestjs/common';
import { and, desc, eq, gt, inArray, isNull, lte, sql, type SQL } from 'drizzle-orm';
import { MINUTE_MS } from '../../kernel/duration.js';
import { isId } from '../../kernel/ids.js';
import {
  SessionRecords,
  type FoundSession,
  type JointChange,
  type LiveAt,
  type LoggedChange,
  type Rotation,
  type SessionChange,
  type SessionRecord,
  type SignInChange,
} from '../../kernel/session-records.js';
import { Database, type Sql } from '../database.js';
import { logChanges, recentChanges, sweepChanges } from './session-changes.js';
import { beginGeneration, nextGeneration, presentGeneration } from './session-generations.js';
import { isCurrent, isLiveRow, toRecord, toRow } from './session-rows.js';
import { retiredTokensTable as retired, sessionsTable as sessions } from './sessions.table.js';

const open = and(isNull(sessions.revokedAt), isCurrent);
/** A replaced token may be believed somewhere for as long after its end as clocks differ. */
const CLOCKS_DIFFER_MS = MINUTE_MS;
/** Of one session: who asks for new tokens all day must not fill the table. */
const MAX_RETIRED = 100;

/** The session records on PostgreSQL and PGlite. */
@Injectable()
export class DatabaseSessionRecords extends SessionRecords {
  constructor(private readonly database: Database) {
    super();
  }

  override async open(
    session: Omit<SessionRecord, 'generation'>,
    maxPerUser: number,
    live: LiveAt,
    change?: SignInChange,
  ): Promise<{ generation: number; surplus: readonly LoggedChange[] }> {
    const generation = await this.database.transaction(async (transaction) => {
      const [opened] = await transaction.sql
        .insert(sessions)
        .values({ ...toRow(session), generation: presentGeneration(session.userId) })
        .returning({ generation: sessions.generation });
      await change?.apply(transaction, session);
      return opened?.generation ?? 0;
    });
    // A statement of its own, after the insert is there for all to see: of several logins at once, the one
    // that counts last counts every other.
    const surplus = this.database.sql
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(eq(sessions.userId, session.userId), isLiveRow(live)))
      .orderBy(desc(sessions.createdAt), desc(sessions.id))
      .offset(maxPerUser);
    return {
      generation,
      surplus: await this.#revokeWhere(inArray(sessions.id, surplus), live.nowMs),
    };
  }

  override async find(tokenHashes: readonly string[]): Promise<FoundSession[]> {
    const hashes = [...tokenHashes];
    const rows = await this.database.sql
      .select({ session: sessions })
      .from(sessions)
      .where(and(inArray(sessions.tokenHash, hashes), open));
    const found = rows.map(({ session }) => ({ ...toRecord(session), retiresAtMs: undefined }));
    // Nearly always all are found, and nothing more is asked.
    if (found.length === hashes.length) return found;
    const replaced = await this.database.sql
      .select({ session: sessions, tokenHash: retired.tokenHash, retiresAt: retired.retiresAt })
      .from(retired)
      .innerJoin(sessions, eq(sessions.id, retired.sessionId))
      .where(and(inArray(retired.tokenHash, hashes), open));
    return [
      ...found,
      ...replaced.map(({ session, tokenHash, retiresAt }) => ({
        ...toRecord(session),
        tokenHash,
        retiresAtMs: retiresAt.getTime(),
      })),
    ];
  }

  override async listByUser(userId: string, live: LiveAt): Promise<SessionRecord[]> {
    const rows = await this.database.sql
      .select()
      .from(sessions)
      .where(
        and(
          eq(sessions.userId, userId),
          // Beside what "live" means: so the index leads past all that earlier generations left.
          eq(sessions.generation, presentGeneration(userId)),
          isLiveRow(live),
        ),
      )
      .orderBy(desc(sessions.createdAt), desc(sessions.id));
    return rows.map(toRecord);
  }

  override async touch(tokenHashes: readonly string[], atMs: number): Promise<string[]> {
    const touched = await this.#touchWhere(inArray(sessions.tokenHash, [...tokenHashes]), atMs);
    const found = touched.map(({ tokenHash }) => tokenHash);
    if (found.length === tokenHashes.length) return found;
    const replaced = await this.database.sql
      .select({ tokenHash: retired.tokenHash })
      .from(retired)
      .innerJoin(sessions, eq(sessions.id, retired.sessionId))
      .where(and(inArray(retired.tokenHash, [...tokenHashes]), open));
    return [...found, ...replaced.map(({ tokenHash }) => tokenHash)];
  }

  override touchByIds(sessionIds: readonly string[], live: LiveAt): Promise<SessionRecord[]> {
    const these = inArray(sessions.id, sessionIds.filter(isId));
    return this.#touchWhere(and(these, isLiveRow(live)), live.nowMs);
  }

  override rotate(
    { userId, sessionId, tokenHash, retiresAtMs, login, endsOthers }: Rotation,
    live: LiveAt,
    change?: SignInChange,
  ): Promise<{ session: SessionRecord; changes: readonly LoggedChange[] } | undefined> {
    if (!isId(sessionId)) return Promise.resolve(undefined);
    return this.database.transaction(async (transaction) => {
      const connection = transaction.sql;
      const one = and(eq(sessions.id, sessionId), eq(sessions.userId, userId), isLiveRow(live));
      const [before] = await connection.select().from(sessions).where(one).for('update');
      if (before === undefined) return undefined;
      const generation = endsOthers
        ? await nextGeneration(connection, userId, before.generation)
        : before.generation;
      // All sessions were ended between the look and the step.
      if (generation === undefined) return undefined;
      const [after] = await connection
        .update(sessions)
        .set({
          tokenHash,
          generation,
          lastActiveAt: new Date(live.nowMs),
          ...(login && {
            createdAt: new Date(login.createdAtMs),
            expiresAt: new Date(login.expiresAtMs),
            ip: login.ip,
            userAgent: login.userAgent,
          }),
        })
        .where(eq(sessions.id, sessionId))
        .returning();
      if (after === undefined) return undefined;
      const retiresAt = new Date(retiresAtMs);
      await connection
        .insert(retired)
        .values({ tokenHash: before.tokenHash, sessionId, retiresAt });
      await forgetRetired(connection, sessionId);
      const old = before.tokenHash;
      const made: SessionChange[] = [
        { kind: 'token-retired', userId, sessionId, tokenHash: old, generation, retiresAtMs },
      ];
      if (endsOthers)
        made.push({ kind: 'all-ended', userId, generation, keptSessionId: sessionId });
      const changes = await logChanges(connection, made);
      const session = toRecord(after);
      await change?.apply(transaction, session);
      return { session, changes };
    });
  }

  override async revoke(
    userId: string,
    sessionId: string,
    nowMs: number,
  ): Promise<LoggedChange | undefined> {
    if (!isId(sessionId)) return undefined;
    const one = and(
      eq(sessions.id, sessionId),
      eq(sessions.userId, userId),
      gt(sessions.expiresAt, new Date(nowMs)),
    );
    const [revoked] = await this.#revokeWhere(one, nowMs);
    return revoked;
  }

  override revokeAll(userId: string, change?: JointChange): Promise<LoggedChange> {
    if (change === undefined) return beginGeneration(this.database.sql, userId);
    return this.database.transaction(async (transaction) => {
      const logged = await beginGeneration(transaction.sql, userId);
      await change.apply(transaction);
      return logged;
    });
  }

  override changes(windowMs: number): Promise<LoggedChange[]> {
    return recentChanges(this.database.sql, windowMs);
  }

  override async sweep(nowMs: number, limit: number, keptMs: number): Promise<number> {
    await sweepChanges(this.database.sql, keptMs);
    const ended = this.database.sql
      .select({ id: sessions.id })
      .from(sessions)
      .where(lte(sessions.expiresAt, new Date(nowMs)))
      .orderBy(sessions.expiresAt)
      .limit(limit)
      .for('update', { skipLocked: true });
    const swept = await this.database.sql
      .delete(sessions)
      .where(inArray(sessions.id, ended))
      .returning({ id: sessions.id });
    return swept.length;
  }

  #revokeWhere(condition: SQL | undefined, nowMs: number): Promise<LoggedChange[]> {
    return this.database.transaction(async ({ sql: connection }) => {
      const locked = lockedIn(connection, condition);
      const revoked = await connection
        .with(locked)
        .update(sessions)
        .set({ revokedAt: new Date(nowMs) })
        .from(locked)
        .where(eq(sessions.id, locked.id))
        .returning({
          id: sessions.id,
          userId: sessions.userId,
          tokenHash: sessions.tokenHash,
        });
      if (revoked.length === 0) return [];
      const replaced = await connection
        .select({ sessionId: retired.sessionId, tokenHash: retired.tokenHash })
        .from(retired)
        .where(
          and(
            inArray(
              retired.sessionId,
              revoked.map(({ id }) => id),
            ),
            gt(retired.retiresAt, new Date(nowMs - CLOCKS_DIFFER_MS)),
          ),
        );
      return logChanges(
        connection,
        revoked.map(({ id, userId, tokenHash }) => ({
          kind: 'ended',
          userId,
          sessionId: id,
          tokenHashes: [
            tokenHash,
            ...replaced.filter((one) => one.sessionId === id).map((one) => one.tokenHash),
          ],
        })),
      );
    });
  }

  async #touchWhere(condition: SQL | undefined, atMs: number): Promise<SessionRecord[]> {
    const locked = lockedIn(this.database.sql, condition);
    const at = new Date(atMs).toISOString();
    const touched = await this.database.sql
      .with(locked)
      .update(sessions)
      .set({ lastActiveAt: sql`greatest(${sessions.lastActiveAt}, ${at}::timestamptz)` })
      .from(locked)
      .where(eq(sessions.id, locked.id))
      .returning({ session: sessions });
    return touched.map(({ session }) => toRecord(session));
  }
}

/** All but the last ones; they open nothing, as those that nobody ever had. */
async function forgetRetired(connection: Sql, sessionId: string): Promise<void> {
  const surplus = connection
    .select({ tokenHash: retired.tokenHash })
    .from(retired)
    .where(eq(retired.sessionId, sessionId))
    .orderBy(desc(retired.retiresAt))
    .offset(MAX_RETIRED);
  await connection.delete(retired).where(inArray(retired.tokenHash, surplus));
}

/**
 * Rows that are open, locked in one order whoever asks: two statements over the same rows never deadlock. By
 * their ids, which stay: a rotation that was waited for has changed the token.
 */
function lockedIn(connection: Sql, condition: SQL | undefined) {
  return connection
    .$with('locked')
    .as(
      connection
        .select({ id: sessions.id })
        .from(sessions)
        .where(and(condition, open))
        .orderBy(sessions.id)
        .for('update'),
    );
}
