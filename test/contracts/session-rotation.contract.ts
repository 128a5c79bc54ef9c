import type { NewSession, TokenReuse } from '../../src/redis/session/session-store.js';
import type { SessionFixture } from './session.contract.js';

const login = (userId: string): NewSession => ({
  userId,
  ip: '192.0.2.7',
  userAgent: 'Firefox/130',
});

/** What every session driver promises about new tokens for old sessions. */
export function describeRotation(fixture: () => SessionFixture): void {
  const rotated = async (endsOthers = false) => {
    const { store } = fixture();
    const before = await store.create(login('ada'));
    const after = await store.rotate('ada', before.session.id, { endsOthers });
    return { store, before, after: after ?? { ...before, token: 'none' } };
  };
  const passGrace = () => fixture().pass(fixture().lifetimes.graceMs + 1);

  describe('that is given a new token', () => {
    it('is the same session under another token, and ends when it would have', async () => {
      const { store, before, after } = await rotated();
      expect(after.token).not.toBe(before.token);
      expect(after.session).toMatchObject({
        id: before.session.id,
        createdAtMs: before.session.createdAtMs,
        expiresAtMs: before.session.expiresAtMs,
      });
      expect(await store.validate(after.token)).toMatchObject({ id: before.session.id });
      expect(await store.listByUser('ada')).toHaveLength(1);
    });

    it('takes the old one for requests under way, as long as the grace and no longer', async () => {
      const { store, before, after } = await rotated();
      for (let i = 0; i < 3; i += 1) {
        expect(await store.validate(before.token)).toMatchObject({ id: before.session.id });
        await fixture().pass(fixture().lifetimes.graceMs / 4);
      }
      await fixture().pass(fixture().lifetimes.graceMs / 2);
      expect(await store.validate(after.token)).toBeDefined();
      expect(await store.validate(before.token)).toBeUndefined();
    });

    it('ends whole when the old one is used after its grace, and says so once', async () => {
      const { store, before, after } = await rotated();
      const told: TokenReuse[] = [];
      store.onReused(async (reuse) => void told.push(reuse));
      const other = await store.create(login('ada'));
      await passGrace();
      expect(await store.validate(after.token)).toBeDefined();
      const uses = await Promise.all(
        Array.from({ length: 20 }, () => store.validate(before.token)),
      );
      expect(uses.filter((session) => session !== undefined)).toEqual([]);
      expect(await store.validate(after.token)).toBeUndefined();
      expect(told).toEqual([{ userId: 'ada', sessionId: before.session.id }]);
      // Another login of the same user is another matter.
      expect(await store.validate(other.token)).toBeDefined();
    });

    it('ends by reuse also while its last use was not written down yet', async () => {
      const { store, before, after } = await rotated();
      for (let use = 0; use < 2; use++) {
        await fixture().pass(fixture().lifetimes.idleMs * 0.7);
        expect(await store.validate(after.token)).toBeDefined();
      }
      expect(await store.validate(before.token)).toBeUndefined();
      expect(await store.validate(after.token)).toBeUndefined();
    });

    it('ends whole by any of the tokens that it ever had', async () => {
      const { store, before, after } = await rotated();
      const third = await store.rotate('ada', before.session.id, { endsOthers: false });
      await passGrace();
      expect(await store.validate(third?.token ?? '')).toBeDefined();
      expect(await store.validate(before.token)).toBeUndefined();
      for (const token of [after.token, third?.token ?? '']) {
        expect(await store.validate(token)).toBeUndefined();
      }
    });

    it('takes each of several tokens as long as its grace, and ends by it later, if all others ended with each', async () => {
      const { store, before, after } = await rotated(true);
      const third = await store.rotate('ada', before.session.id, { endsOthers: true });
      for (const { token } of [before, after]) {
        expect(await store.validate(token)).toMatchObject({ id: before.session.id });
      }
      await passGrace();
      expect(await store.validate(third?.token ?? '')).toBeDefined();
      expect(await store.validate(before.token)).toBeUndefined();
      expect(await store.validate(third?.token ?? '')).toBeUndefined();
      expect(await store.listByUser('ada')).toEqual([]);
    });

    it('ends under all of its tokens when it is revoked, in the grace as well', async () => {
      for (const end of ['revoke', 'revokeAll'] as const) {
        const { store, before, after } = await rotated();
        await (end === 'revoke' ? store.revoke('ada', before.session.id) : store.revokeAll('ada'));
        for (const { token } of [before, after])
          expect(await store.validate(token)).toBeUndefined();
      }
    });

    it('outlasts all others, with the grace, when they end in the same step', async () => {
      const { store } = fixture();
      const others = await Promise.all(Array.from({ length: 5 }, () => store.create(login('ada'))));
      const bob = await store.create(login('bob'));
      const { before, after } = await rotated(true);
      for (const { token } of others) expect(await store.validate(token)).toBeUndefined();
      for (const { token } of [before, after]) {
        expect(await store.validate(token)).toMatchObject({ id: before.session.id });
      }
      expect(await store.listByUser('ada')).toMatchObject([{ id: before.session.id }]);
      expect(await store.validate(bob.token)).toBeDefined();
      const later = await store.create(login('ada'));
      expect(await store.validate(later.token)).toBeDefined();
      await store.revokeAll('ada');
      for (const { token } of [before, after, later]) {
        expect(await store.validate(token)).toBeUndefined();
      }
    });

    it('gives none to a session that is not there, of another user, or has ended', async () => {
      const { store } = fixture();
      const { session } = await store.create(login('ada'));
      const options = { endsOthers: true };
      expect(await store.rotate('bob', session.id, options)).toBeUndefined();
      expect(await store.rotate('ada', 'never was', options)).toBeUndefined();
      await store.revokeAll('ada');
      const next = await store.create(login('ada'));
      expect(await store.rotate('ada', session.id, options)).toBeUndefined();
      expect(await store.validate(next.token)).toBeDefined();
    });

    it('keeps one token of many that are given at once, and what was given last', async () => {
      const { store } = fixture();
      const before = await store.create(login('ada'));
      const many = await Promise.all(
        Array.from({ length: 10 }, () =>
          store.rotate('ada', before.session.id, { endsOthers: false }),
        ),
      );
      expect(new Set(many.map((one) => one?.token)).size).toBe(10);
      for (const one of many) expect(await store.validate(one?.token ?? '')).toBeDefined();
    });
  });

  describe('of a client that signs in while it is signed in', () => {
    it('begins again under a new token, instead of a second one', async () => {
      const { store } = fixture();
      const before = await store.create(login('ada'));
      await fixture().pass(1_000);
      const after = await store.create({ ...login('ada'), ip: '192.0.2.8' }, before.token);
      expect(after.session.ip).toBe('192.0.2.8');
      expect(after.session.createdAtMs).toBeGreaterThan(before.session.createdAtMs);
      expect(await store.listByUser('ada')).toMatchObject([{ ip: '192.0.2.8' }]);
      // Who had taken the old token is noticed.
      await passGrace();
      expect(await store.validate(before.token)).toBeUndefined();
      expect(await store.validate(after.token)).toBeUndefined();
    });

    it('ends the one of somebody else', async () => {
      const { store } = fixture();
      const bob = await store.create(login('bob'));
      const ada = await store.create(login('ada'), bob.token);
      expect(await store.validate(bob.token)).toBeUndefined();
      expect(await store.validate(ada.token)).toMatchObject({ userId: 'ada' });
    });

    it('opens a new one beside one that has ended, or a token that opens nothing', async () => {
      const { store } = fixture();
      const before = await store.create(login('ada'));
      await store.revoke('ada', before.session.id);
      for (const presented of [before.token, 'A'.repeat(64), 'junk', '']) {
        const { token, session } = await store.create(login('ada'), presented);
        expect(await store.validate(token)).toMatchObject({ id: session.id });
      }
      expect(await store.listByUser('ada')).toHaveLength(4);
    });
  });
}
