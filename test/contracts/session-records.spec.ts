import '../support/quiet.js';
import { randomBytes } from 'node:crypto';
import { retiredTokensTable } from '../../src/database/sessions/sessions.table.js';
import { AppError } from '../../src/kernel/app-error.js';
import type { SignInChange } from '../../src/kernel/session-records.js';
import { MemorySessionCache } from '../../src/redis/session/cache/memory.session-cache.js';
import { MAX_SESSIONS_PER_USER } from '../../src/redis/session/session-store.js';
import { createToken } from '../../src/redis/session/session-token.js';
import { eventually } from '../support/eventually.js';
import { ManualClock } from '../support/manual-clock.js';
import { DAY, startAlone, useSessionRecords } from './session.setup.js';

const login = { userId: 'ada', ip: '192.0.2.7', userAgent: 'Firefox/130' };

describe.each(['pglite', 'postgres'] as const)('session records on %s', (kind) => {
  const open = useSessionRecords(kind);
  let clock: ManualClock;
  beforeEach(async () => {
    await open().empty();
    clock = new ManualClock();
  });

  /** A process: it begins knowing nothing. */
  const start = () => startAlone(open().records, new MemorySessionCache(DAY, clock), DAY, clock);

  it('outlive the process that wrote them', async () => {
    const { token, session } = await (await start()).create(login);
    const heir = await start();
    expect(await heir.validate(token)).toEqual(session);
    expect(await heir.listByUser('ada')).toEqual([session]);
  });

  it('are kept with what is noted of a sign-in, the first and one anew, or not at all', async () => {
    const store = await start();
    const noted: [string, string][] = [];
    const change: SignInChange = {
      apply: (_transaction, { id, userAgent }) => Promise.resolve(void noted.push([id, userAgent])),
    };
    const refusal = new AppError('conflict', 'test.refused', 'no');
    const refused: SignInChange = { apply: () => Promise.reject(refusal) };
    await expect(store.create(login, undefined, refused)).rejects.toBe(refusal);
    expect(await store.listByUser('ada')).toEqual([]);

    const hostile = { ...login, userAgent: `a\0${'\ud800'.repeat(999)}` };
    const { token, session } = await store.create(hostile, undefined, change);
    await expect(store.create(login, token, refused)).rejects.toBe(refusal);
    expect(await (await start()).validate(token)).toEqual(session);
    await store.create(login, token, change);
    // As it was kept, not as it was sent.
    expect(noted).toEqual([
      [session.id, session.userAgent],
      [session.id, login.userAgent],
    ]);
    expect(session.userAgent).toMatch(/^a\ufffd{200,}$/);
  });

  it(`keep ${MAX_SESSIONS_PER_USER} sessions of a user, however many logins come at once`, async () => {
    const [here, there] = [await start(), await start()];
    const logins = await Promise.all(
      Array.from({ length: MAX_SESSIONS_PER_USER + 40 }, (_, i) =>
        (i % 2 === 0 ? here : there).create(login),
      ),
    );
    const ids = (await here.listByUser('ada')).map(({ id }) => id);
    expect(ids).toHaveLength(MAX_SESSIONS_PER_USER);
    const fresh = await start();
    const live = await Promise.all(logins.map(({ token }) => fresh.validate(token)));
    expect(live.filter((session) => session !== undefined)).toHaveLength(MAX_SESSIONS_PER_USER);
  });

  it('count towards that also a session whose last use they do not know yet', async () => {
    const store = await start();
    const tokens: string[] = [];
    while (tokens.length < MAX_SESSIONS_PER_USER) tokens.push((await store.create(login)).token);
    clock.advance(50_000);
    for (const token of tokens) await store.validate(token);
    // By the records idle for too long, which none of them is.
    clock.advance(DAY.idleMs - 20_000);
    tokens.push((await store.create(login)).token);
    const live = await Promise.all(tokens.map((token) => store.validate(token)));
    expect(live.map((session) => session !== undefined)).toEqual(tokens.map((_, i) => i > 0));
  });

  it('remember the last hundred tokens of a session and no more, however many it is given', async () => {
    const store = await start();
    const { token: first, session } = await store.create(login);
    const tokens = [first];
    for (let i = 0; i < 110; i += 1) {
      clock.advance(1_000);
      const rotated = await store.rotate('ada', session.id, { endsOthers: false });
      tokens.push(rotated?.token ?? '');
    }
    expect(await open().database.sql.$count(retiredTokensTable)).toBe(100);
    const [present = '', early = ''] = [tokens.at(-1), tokens[20]];
    clock.advance(DAY.graceMs);
    const heir = await start();
    expect(await heir.validate(first)).toBeUndefined();
    expect(await heir.validate(present)).toMatchObject({ id: session.id });
    // One of those that are remembered was stolen.
    expect(await heir.validate(early)).toBeUndefined();
    expect(await heir.validate(present)).toBeUndefined();
  });

  it('tell at each noted use which sessions are still open, while many are noted and ended at once', async () => {
    const { records } = open();
    const store = await start();
    const users = ['ada', 'bob', 'cyd'];
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        store.create({ ...login, userId: users[i % users.length] ?? '' }),
      ),
    );
    const live = { nowMs: clock.nowMs(), idleMs: DAY.idleMs };
    const hashes = (await Promise.all(users.map((user) => records.listByUser(user, live))))
      .flat()
      .map(({ tokenHash }) => tokenHash);
    // In opposite orders: the classic way into a deadlock.
    const touches = Array.from({ length: 20 }, (_, i) =>
      records.touch(i % 2 === 0 ? hashes : [...hashes].reverse(), clock.nowMs() + i),
    );
    const ended = await Promise.all([...touches.slice(0, 10), records.revokeAll('bob')]);
    await Promise.all(touches);
    expect(ended.at(-1)).toMatchObject({ change: { kind: 'all-ended', userId: 'bob' } });
    expect(await records.touch(hashes, clock.nowMs())).toHaveLength(40);
  });

  it('are asked once for a token that opens nothing, however often it comes', async () => {
    const store = await start();
    const asked = jest.spyOn(open().records, 'find');
    const token = createToken('nobody');
    for (let i = 0; i < 50; i += 1) expect(await store.validate(token)).toBeUndefined();
    expect(asked).toHaveBeenCalledTimes(1);
    asked.mockRestore();
  });

  it('are asked for a burst of tokens in a few queries, and never in more than two at once', async () => {
    const store = await start();
    const { token } = await store.create(login);
    const fresh = await start();
    let running = 0;
    let mostRunning = 0;
    const { records } = open();
    const find = records.find.bind(records);
    const asked = jest.spyOn(records, 'find').mockImplementation(async (hashes) => {
      running += 1;
      mostRunning = Math.max(mostRunning, running);
      const found = await find(hashes);
      running -= 1;
      return found;
    });
    const burst = Array.from({ length: 2_000 }, () => randomBytes(48).toString('base64url'));
    const answers = await Promise.all([...burst, token].map((one) => fresh.validate(one)));
    expect(answers.filter((session) => session !== undefined)).toMatchObject([login]);
    expect(asked.mock.calls.length).toBeLessThan(20);
    expect(mostRunning).toBeLessThanOrEqual(2);
    asked.mockRestore();
  });

  it('are told of uses behind the answer, and of one session at most once a minute', async () => {
    const store = await start();
    const { token, session } = await store.create(login);
    const touched = jest.spyOn(open().records, 'touch');
    const recordedAtMs = async () => (await (await start()).listByUser('ada'))[0]?.lastActiveAtMs;
    // One second short of a minute: nothing to note yet.
    for (let i = 0; i < 59; i += 1) {
      clock.advance(1_000);
      await store.validate(token);
    }
    expect((await store.listByUser('ada'))[0]?.lastActiveAtMs).toBe(clock.nowMs());
    expect(await recordedAtMs()).toBe(session.createdAtMs);
    clock.advance(1_000);
    for (let i = 0; i < 20; i += 1) await store.validate(token);
    await eventually(async () => expect(await recordedAtMs()).toBe(clock.nowMs()));
    expect(touched).toHaveBeenCalledTimes(1);
    touched.mockRestore();
  });

  it('never call a session live that has ended: what they know of its use is not later than the truth', async () => {
    const store = await start();
    const { token } = await store.create(login);
    clock.advance(90_000);
    await store.validate(token);
    await store.beforeApplicationShutdown();
    clock.advance(DAY.idleMs - 1);
    expect(await (await start()).validate(token)).toBeDefined();
    clock.advance(DAY.idleMs);
    expect(await (await start()).validate(token)).toBeUndefined();
    expect(await store.validate(token)).toBeUndefined();
  });

  it('know of the use that somebody has just made before they are asked to change anything', async () => {
    const store = await start();
    const { token, session } = await store.create(login);
    const other = await store.create(login);
    clock.advance(50_000);
    // Too soon after the login to be noted, and what keeps both from idling out below.
    await Promise.all([store.validate(token), store.validate(other.token)]);
    clock.advance(DAY.idleMs - 20_000);
    expect(await store.validate(token)).toBeDefined();
    expect(await store.keepAlive(session.id)).toBeDefined();
    expect((await store.listByUser('ada')).map(({ id }) => id)).toEqual([session.id]);
    expect(await store.rotate('ada', session.id, { endsOthers: false })).toBeDefined();
    // Of the other's use nobody but its process knows: it can be ended nonetheless.
    expect(await (await start()).revoke('ada', other.session.id)).toBe(true);
    expect(await (await start()).validate(other.token)).toBeUndefined();
  });

  it('are swept once their absolute end has passed, and not before', async () => {
    const store = await start();
    const signal = new AbortController().signal;
    for (let i = 0; i < 3; i += 1) await store.create(login);
    clock.advance(DAY.absoluteMs - 1);
    const { token } = await store.create(login);
    expect(await store.sweep(signal)).toBe(0);
    clock.advance(1);
    expect(await store.sweep(signal)).toBe(3);
    expect(await (await start()).validate(token)).toBeDefined();
    expect(await store.sweep(signal)).toBe(0);
  });
});
