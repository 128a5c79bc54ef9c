import { randomBytes } from 'node:crypto';
import {
  MAX_SESSIONS_PER_USER,
  type EndedSessions,
  type NewSession,
  type SessionStore,
} from '../../src/redis/session/session-store.js';
import { describeRotation } from './session-rotation.contract.js';
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
        // 256 random bits behind 128 that tell whose it is.
        expect(Buffer.from(token, 'base64url')).toHaveLength(48);
        expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(JSON.stringify(session)).not.toContain(token);
      }
    });

    it.each([
      ['an empty text', ''],
      ['a token that was never given out', randomBytes(48).toString('base64url')],
      ['a short one', 'abc'],
      ['one of another alphabet', '*'.repeat(64)],
      ['an endless one', 'a'.repeat(100_000)],
      ['one with a line break', `${'a'.repeat(64)}\n`],
    ])('knows nobody by %s', async (_, token) => {
      expect(await store.validate(token)).toBeUndefined();
    });

    it('does not take a token with one character changed', async () => {
      const { token } = await store.create(login('ada'));
      const changed = token.slice(0, 40) + (token[40] === 'A' ? 'B' : 'A') + token.slice(41);
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
      it('ends on request also a session whose last use was not written down yet', async () => {
        const { token, session } = await store.create(login('ada'));
        for (let use = 0; use < 2; use++) {
          await fixture.pass(fixture.lifetimes.idleMs * 0.7);
          expect(await store.validate(token)).toBeDefined();
        }
        await store.revoke('ada', session.id);
        expect(await store.validate(token)).toBeUndefined();
      });

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

    describe('without a token, as an open socket uses it,', () => {
      it('keeps a session from idling out, and not from its absolute end', async () => {
        const { token, session } = await store.create(login('ada'));
        const { idleMs, absoluteMs } = fixture.lifetimes;
        for (let passedMs = 0; passedMs < absoluteMs - idleMs; passedMs += idleMs * 0.7) {
          expect(await store.keepAlive(session.id)).toMatchObject({ id: session.id });
          await fixture.pass(idleMs * 0.7);
        }
        expect(await store.validate(token)).toMatchObject({ id: session.id });
        await fixture.pass(idleMs * 0.7);
        await store.validate(token);
        await fixture.pass(idleMs * 0.7);
        expect(await store.keepAlive(session.id)).toBeUndefined();
      });

      it('finds none that has ended, in whatever way, or never was', async () => {
        const [one, two] = [await store.create(login('ada')), await store.create(login('bob'))];
        await store.revoke('ada', one.session.id);
        await store.revokeAll('bob');
        for (const id of [one.session.id, two.session.id, 'never was']) {
          expect(await store.keepAlive(id)).toBeUndefined();
        }
      });
    });

    describeRotation(() => fixture);

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

      it('tells who listens what has ended, once each', async () => {
        const told: EndedSessions[] = [];
        store.onEnded((ended) => told.push(ended));
        const [one, two] = [await store.create(login('ada')), await store.create(login('ada'))];
        await store.revoke('ada', one.session.id);
        await store.rotate('ada', two.session.id, { endsOthers: true });
        await store.revokeAll('ada');
        expect(told).toEqual([
          { userId: 'ada', sessionId: one.session.id },
          {
            userId: 'ada',
            sessionId: two.session.id,
            tokenRetiresAtMs: expect.any(Number) as number,
          },
          { userId: 'ada', keptSessionId: two.session.id },
          { userId: 'ada', keptSessionId: undefined },
        ]);
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
