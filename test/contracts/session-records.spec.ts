import '../support/quiet.js';
import { randomBytes } from 'node:crypto';
import { DurableSessionStore } from '../../src/redis/session/durable.session-store.js';
import { MemorySessionCache } from '../../src/redis/session/memory.session-cache.js';
import { MAX_SESSIONS_PER_USER } from '../../src/redis/session/session-store.js';
import { createToken } from '../../src/redis/session/session-token.js';
import { eventually } from '../support/eventually.js';
import { ManualClock } from '../support/manual-clock.js';
import { DAY, useSessionRecords } from './session.setup.js';

const login = { userId: 'ada', ip: '192.0.2.7', userAgent: 'Firefox/130' };

describe.each(['pglite', 'postgres'] as const)('session records on %s', (kind) => {
  const open = useSessionRecords(kind);
  let clock: ManualClock;
  beforeEach(async () => {
    await open().empty();
    clock = new ManualClock();
  });

  /** A process: it begins knowing nothing. */
  const start = () =>
    new DurableSessionStore(open().records, new MemorySessionCache(DAY, clock), DAY, clock).start();

  it('outlive the process that wrote them', async () => {
    const { token, session } = await (await start()).create(login);
    const heir = await start();
    expect(await heir.validate(token)).toEqual(session);
    expect(await heir.listByUser('ada')).toEqual([session]);
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
    const ended = await Promise.all([...touches.slice(0, 10), records.revokeAll('bob', 1)]);
    await Promise.all(touches);
    expect(ended.at(-1)).toHaveLength(20);
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
    const burst = Array.from({ length: 2_000 }, () => randomBytes(34).toString('base64url'));
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
