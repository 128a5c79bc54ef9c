import { randomBytes } from 'node:crypto';
import {
  MAX_SESSIONS_PER_USER,
  type NewSession,
  type SessionStore,
} from '../../src/redis/session/session-store.js';
import type { SessionLifetimes } from '../../src/redis/session/session-lifetimes.js';

export interface SessionFixture {
  readonly store: SessionStore;
  readonly lifetimes: SessionLifetimes;
  /** Lets time pass for the store. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

const login = (userId: string): NewSession => ({
  userId,
  ip: '192.0.2.7',
  userAgent: 'Firefox/130',
});

/** What every session driver promises (`SessionStore`); here idle < absolute < 3 × idle. */
export function describeSessionContract(
  driver: string,
  setup: () => Promise<SessionFixture>,
): void {
  describe(`a ${driver} session store`, () => {
    let fixture: SessionFixture;
    let store: SessionStore;
    beforeEach(async () => {
      fixture = await setup();
      store = fixture.store;
    });
    afterEach(() => fixture.close());

    it('opens a session that its token finds again', async () => {
      const { token, session } = await store.create(login('ada'));
      expect(session).toMatchObject(login('ada'));
      expect(session.expiresAtMs - session.createdAtMs).toBe(fixture.lifetimes.absoluteMs);
      const found = await store.validate(token);
      expect(found).toEqual({ ...session, lastActiveAtMs: found?.lastActiveAtMs });
    });

    it('gives every login a token and an id of its own, neither part of the other', async () => {
      const logins = await Promise.all(
        Array.from({ length: 20 }, () => store.create(login('ada'))),
      );
      expect(new Set(logins.map(({ token }) => token)).size).toBe(20);
      expect(new Set(logins.map(({ session }) => session.id)).size).toBe(20);
      for (const { token, session } of logins) {
        // 256 random bits and the two bytes of the shard.
        expect(Buffer.from(token, 'base64url')).toHaveLength(34);
        expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(JSON.stringify(session)).not.toContain(token);
      }
    });

    it.each([
      ['an empty text', ''],
      ['a token that was never given out', randomBytes(34).toString('base64url')],
      ['a short one', 'abc'],
      ['one of another alphabet', '*'.repeat(46)],
      ['an endless one', 'a'.repeat(100_000)],
      ['one with a line break', `${'a'.repeat(46)}\n`],
    ])('knows nobody by %s', async (_, token) => {
      expect(await store.validate(token)).toBeUndefined();
    });

    it('does not take a token with one character changed', async () => {
      const { token } = await store.create(login('ada'));
      const changed = token.slice(0, 20) + (token[20] === 'A' ? 'B' : 'A') + token.slice(21);
      expect(await store.validate(changed)).toBeUndefined();
    });

    it('bounds what the client chose to send', async () => {
      const { token } = await store.create({
        userId: 'ada',
        ip: '1'.repeat(999),
        userAgent: `${'😀'.repeat(999)}`,
      });
      const session = await store.validate(token);
      expect(session?.ip.length).toBeLessThanOrEqual(64);
      expect(session?.userAgent.length).toBeLessThanOrEqual(256);
    });

    describe('in time', () => {
      it('ends a session that is not used for the idle time', async () => {
        const { token } = await store.create(login('ada'));
        await fixture.pass(fixture.lifetimes.idleMs + 1);
        expect(await store.validate(token)).toBeUndefined();
        expect(await store.listByUser('ada')).toEqual([]);
      });

      it('keeps one that is used, and notes when', async () => {
        const { token, session } = await store.create(login('ada'));
        await fixture.pass(fixture.lifetimes.idleMs * 0.7);
        const later = await store.validate(token);
        expect(later?.lastActiveAtMs).toBeGreaterThan(session.lastActiveAtMs);
        await fixture.pass(fixture.lifetimes.idleMs * 0.7);
        expect(await store.validate(token)).toMatchObject({ id: session.id });
      });

      it('ends it at its absolute end, however much it is used', async () => {
        const { token } = await store.create(login('ada'));
        const { idleMs, absoluteMs } = fixture.lifetimes;
        for (let passedMs = 0; passedMs <= absoluteMs; passedMs += idleMs / 2) {
          await store.validate(token);
          await fixture.pass(idleMs / 2);
        }
        expect(await store.validate(token)).toBeUndefined();
        expect(await store.listByUser('ada')).toEqual([]);
      });
    });

    describe('for one user', () => {
      it('lists the live sessions, latest login first, and nobody else’s', async () => {
        const ids: string[] = [];
        for (let i = 0; i < 3; i += 1) ids.unshift((await store.create(login('ada'))).session.id);
        await store.create(login('bob'));
        expect((await store.listByUser('ada')).map(({ id }) => id)).toEqual(ids);
        expect(await store.listByUser('nobody')).toEqual([]);
      });

      it('ends one session and leaves the others', async () => {
        const [first, second] = [
          await store.create(login('ada')),
          await store.create(login('ada')),
        ];
        expect(await store.revoke('ada', first.session.id)).toBe(true);
        expect(await store.validate(first.token)).toBeUndefined();
        expect(await store.validate(second.token)).toBeDefined();
        expect((await store.listByUser('ada')).map(({ id }) => id)).toEqual([second.session.id]);
      });

      it('ends no session of another, none twice, none that never was', async () => {
        const { session, token } = await store.create(login('ada'));
        expect(await store.revoke('bob', session.id)).toBe(false);
        expect(await store.validate(token)).toBeDefined();
        expect(await store.revoke('ada', session.id)).toBe(true);
        expect(await store.revoke('ada', session.id)).toBe(false);
        expect(await store.revoke('ada', 'never was')).toBe(false);
      });

      it('ends all sessions at once, and lets the user in again after', async () => {
        const before = await Promise.all(
          Array.from({ length: 5 }, () => store.create(login('ada'))),
        );
        const other = await store.create(login('bob'));
        await store.revokeAll('ada');
        for (const { token } of before) expect(await store.validate(token)).toBeUndefined();
        expect(await store.listByUser('ada')).toEqual([]);
        expect(await store.validate(other.token)).toBeDefined();
        const after = await store.create(login('ada'));
        expect(await store.validate(after.token)).toBeDefined();
        for (const { token } of before) expect(await store.validate(token)).toBeUndefined();
      });

      it('never revives a session by a validation that was under way', async () => {
        const { token, session } = await store.create(login('ada'));
        const validations = Array.from({ length: 50 }, () => store.validate(token));
        const revocation = store.revokeAll('ada');
        validations.push(...Array.from({ length: 50 }, () => store.validate(token)));
        await Promise.all([revocation, ...validations]);
        expect(await store.validate(token)).toBeUndefined();
        expect(await store.revoke('ada', session.id)).toBe(false);
        expect(await store.listByUser('ada')).toEqual([]);
      });

      it(`keeps ${MAX_SESSIONS_PER_USER} sessions: one more ends the oldest login`, async () => {
        const tokens: string[] = [];
        for (let i = 0; i <= MAX_SESSIONS_PER_USER; i += 1) {
          tokens.push((await store.create(login('ada'))).token);
        }
        expect(await store.listByUser('ada')).toHaveLength(MAX_SESSIONS_PER_USER);
        expect(await store.validate(tokens[0] ?? '')).toBeUndefined();
        expect(await store.validate(tokens[1] ?? '')).toBeDefined();
        expect(await store.validate(tokens.at(-1) ?? '')).toBeDefined();
      });
    });
  });
}
