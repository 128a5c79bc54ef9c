import '../../support/quiet.js';
import fc from 'fast-check';
import { parseConfig } from '../../../src/config/config.js';
import { systemClock } from '../../../src/kernel/clock.js';
import type { PendingWrites } from '../../../src/kernel/pending-writes.js';
import { defineCache } from '../../../src/redis/cache/cache-definition.js';
import { MemoryPendingWrites } from '../../../src/redis/cache/writing/memory.pending-writes.js';
import type { WriteBehind } from '../../../src/redis/cache/writing/write-behind.js';
import {
  defineWriteBehind,
  type WriteBehindDefinition,
} from '../../../src/redis/cache/writing/write-behind-definition.js';
import { WriteBehinds } from '../../../src/redis/cache/writing/write-behinds.js';
import { createKeyBuilder } from '../../../src/redis/keys/redis-key.js';
import { createMemoryDrivers } from '../../../src/redis/memory.drivers.js';
import { Deferred } from '../../support/deferred.js';
import { eventually } from '../../support/eventually.js';

interface Seen {
  readonly page: number;
}
interface Reader {
  readonly userId: string;
}

const seenCache = defineCache<Reader, Seen>({
  name: 'test.seen',
  namespace: 'general',
  key: ({ userId }) => `seen:${userId}`,
  ttlMs: 60_000,
});
const seen = defineWriteBehind({
  name: 'test.seen',
  cache: seenCache,
  flushEveryMs: 30_000,
  maxPending: 100,
  maxBatch: 10,
  durability: 'memory',
});
/** Each failure doubles the wait for the next try, and a busy machine fails to look more often than another. */
const patient = { timeoutMs: 20_000 };
/** Flushes by itself, soon. */
const soon = { ...seen, flushEveryMs: 20 };

/** What writes come to, and whether they may. */
class Source {
  readonly values = new Map<string, number>();
  readonly batches: string[][] = [];
  refuses: (userId: string) => boolean = () => false;
  answers: Promise<void> = Promise.resolve();

  readonly write = async (
    writes: readonly { readonly params: Reader; readonly value: Seen }[],
  ): Promise<void> => {
    this.batches.push(writes.map(({ params }) => params.userId));
    await this.answers;
    for (const { params, value } of writes) {
      if (this.refuses(params.userId)) throw new Error('refused');
      this.values.set(params.userId, value.page);
    }
  };
}

const started = new Set<WriteBehinds>();
afterEach(async () => {
  await Promise.all([...started].map((one) => one.beforeApplicationShutdown()));
  started.clear();
});

/** A process. */
function start(
  definition: WriteBehindDefinition<Reader, Seen> = seen,
  source = new Source(),
  journal: PendingWrites = new MemoryPendingWrites(),
) {
  const config = parseConfig({ NODE_ENV: 'test' });
  const { caches } = createMemoryDrivers(config, createKeyBuilder('test'), systemClock);
  const writeBehinds = new WriteBehinds(caches, journal, config.encryptionKeys);
  started.add(writeBehinds);
  const behind = writeBehinds.use(definition, source.write);
  return { behind, source, journal, writeBehinds, cache: caches.use(seenCache) };
}
const ada = { userId: 'ada' };
const write = (behind: WriteBehind<Reader, Seen>, userId: string, page: number) =>
  behind.write({ userId }, { page });

describe('a write-behind', () => {
  it('shows a write to readers at once, and to its source later, in a batch', async () => {
    const { behind, cache, source } = start();
    await Promise.all([write(behind, 'ada', 1), write(behind, 'bob', 1)]);
    expect(await cache.get(ada)).toEqual({ page: 1 });
    expect(source.batches).toEqual([]);
    expect(await behind.flush()).toEqual({ flushed: 2, pending: 0 });
    expect(source.batches).toEqual([['ada', 'bob']]);
  });

  it('flushes by itself', async () => {
    const { behind, source } = start(soon);
    await write(behind, 'ada', 1);
    await eventually(() => expect(source.values.get('ada')).toBe(1));
    await write(behind, 'ada', 2);
    await eventually(() => expect(source.values.get('ada')).toBe(2));
  });

  it('sends the last of many writes of a key alone', async () => {
    const { behind, source } = start();
    await Promise.all(Array.from({ length: 50 }, (_, page) => write(behind, 'ada', page)));
    await behind.flush();
    expect(source.batches).toEqual([['ada']]);
    expect(source.values.get('ada')).toBe(49);
    expect(await behind.statistics()).toEqual({
      name: 'test.seen',
      durability: 'memory',
      pending: 0,
      oldestAgeMs: 0,
      acknowledged: 50,
      refused: 0,
      flushed: 1,
      failed: 0,
    });
  });

  it('keeps a write that comes while the one before it is on its way', async () => {
    const { behind, source, cache } = start();
    const answer = new Deferred<void>();
    source.answers = answer.promise;
    await write(behind, 'ada', 1);
    const flushing = behind.flush();
    await eventually(() => expect(source.batches).toHaveLength(1));
    await write(behind, 'ada', 2);
    answer.resolve();
    await flushing;
    await behind.flush();
    expect(source.values.get('ada')).toBe(2);
    expect(await cache.get(ada)).toEqual({ page: 2 });
  });

  it('is not changed by a caller who changes what was written', async () => {
    const { behind, source, cache } = start();
    const value = { page: 1 };
    const written = behind.write(ada, value);
    value.page = 2;
    await written;
    await behind.flush();
    expect([source.values.get('ada'), await cache.get(ada)]).toEqual([1, { page: 1 }]);
  });

  it('tries again what its source refused, and lets others pass meanwhile', async () => {
    const { behind, source } = start(soon);
    source.refuses = (userId) => userId === 'eve';
    await Promise.all(['ada', 'eve', 'bob'].map((userId) => write(behind, userId, 1)));
    await eventually(
      () => expect([...source.values.keys()].sort()).toEqual(['ada', 'bob']),
      patient,
    );
    // The source has a write a moment before it is known to have it.
    await eventually(async () => expect(await behind.statistics()).toMatchObject({ pending: 1 }));
    source.refuses = () => false;
    await eventually(() => expect(source.values.get('eve')).toBe(1), patient);
  });

  it('spares a source that is away: ever longer between two tries', async () => {
    const { behind, source } = start(soon);
    source.refuses = () => true;
    await Promise.all(['ada', 'bob', 'cyd'].map((userId) => write(behind, userId, 1)));
    await eventually(() => expect(source.batches.length).toBeGreaterThan(1));
    const before = source.batches.length;
    await new Promise((passed) => setTimeout(passed, 500));
    expect(source.batches.length - before).toBeLessThanOrEqual(5);
    source.refuses = () => false;
    expect(await behind.flush()).toMatchObject({ pending: 0 });
  });

  it('makes a writer wait for room, and tells him when none comes free', async () => {
    const source = new Source();
    source.refuses = () => true;
    const small = { ...soon, maxPending: 2, maxBatch: 2, maxWaitMs: 200 };
    const { behind } = start(small, source);
    await Promise.all([write(behind, 'ada', 1), write(behind, 'bob', 1)]);
    const startedAtMs = performance.now();
    await expect(write(behind, 'cyd', 1)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'cache.write_behind_full',
    });
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(195);
    expect(performance.now() - startedAtMs).toBeLessThan(10_000);
    // What waits already can be written again.
    await write(behind, 'ada', 2);
    const patient = write(behind, 'cyd', 2);
    source.refuses = () => false;
    await behind.flush();
    await patient;
    await behind.flush();
    expect(Object.fromEntries(source.values)).toEqual({ ada: 2, bob: 1, cyd: 2 });
    expect(await behind.statistics()).toMatchObject({ acknowledged: 4, refused: 1, pending: 0 });
  });

  it('refuses at once when too many writers wait already', async () => {
    const source = new Source();
    source.refuses = () => true;
    const { behind } = start({ ...soon, maxPending: 2, maxWaitMs: 300 }, source);
    const writes = ['a', 'b', 'c', 'd', 'e', 'f'].map((userId) => write(behind, userId, 1));
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    source.refuses = () => false;
  });

  it('serves what waits also to a reader whose cache has lost it', async () => {
    const { behind, cache, source } = start();
    const load = async () => ({ page: source.values.get('ada') ?? 0 });
    await write(behind, 'ada', 1);
    await cache.delete(ada);
    expect(await behind.getOrSet(ada, load)).toEqual({ page: 1 });
    await behind.flush();
    await cache.delete(ada);
    expect(await behind.getOrSet(ada, load)).toEqual({ page: 1 });
  });

  it('leaves no older value in the cache that a reader brought back meanwhile', async () => {
    const { behind, cache } = start();
    await write(behind, 'ada', 1);
    await cache.delete(ada);
    await cache.getOrSet(ada, async () => ({ page: 0 }));
    await behind.flush();
    expect(await cache.get(ada)).toBeUndefined();
  });

  it('flushes what waits when the application ends, and what is written after that at once', async () => {
    const { behind, source, writeBehinds } = start();
    await write(behind, 'ada', 1);
    await writeBehinds.beforeApplicationShutdown();
    expect(source.values.get('ada')).toBe(1);
    await write(behind, 'bob', 1);
    expect(source.values.get('bob')).toBe(1);
  });

  it('refuses what does not survive JSON, and keys that no database takes', async () => {
    const { behind, cache } = start();
    const codes = ['cache.invalid_key', 'cache.invalid_key', 'cache.not_serializable'];
    const bad = [
      behind.write({ userId: 'a\u0000b' }, { page: 1 }),
      behind.write({ userId: 'x'.repeat(600) }, { page: 1 }),
      behind.write(ada, undefined as never),
    ];
    const outcomes = await Promise.allSettled(bad);
    expect(outcomes.map((outcome) => 'reason' in outcome && outcome.reason.code)).toEqual(codes);
    expect(await cache.get(ada)).toBeUndefined();
  });

  it.each([
    ['a cache that ends before the flush', { flushEveryMs: 40_000 }],
    ['no room', { maxPending: 0 }],
    ['half a key at once', { maxBatch: 0.5 }],
    ['no name', { name: '' }],
  ])('refuses a declaration with %s', (_, change) => {
    expect(() => start({ ...seen, ...change })).toThrow(
      expect.objectContaining({ code: 'cache.invalid_definition' }),
    );
  });

  it.each([
    ['refuses to answer', () => Promise.reject(new Error('away'))],
    ['does not answer', () => new Promise<never>(() => undefined)],
  ])('says what it knows while its journal %s', async (_, figures) => {
    const journal = new MemoryPendingWrites();
    const { behind, writeBehinds } = start(
      { ...seen, durability: 'journaled' },
      new Source(),
      journal,
    );
    await write(behind, 'ada', 1);
    journal.figures = figures;
    const known = { name: 'test.seen', durability: 'journaled', acknowledged: 1, refused: 0 };
    expect(await writeBehinds.statistics()).toEqual([
      { ...known, pending: null, oldestAgeMs: null, flushed: 0, failed: 0 },
    ]);
  });

  it('refuses a second one of its name', () => {
    const { writeBehinds, source } = start();
    expect(() => writeBehinds.use(seen, source.write)).toThrow(
      expect.objectContaining({ code: 'cache.duplicate_name' }),
    );
  });
});

describe('a journaled write-behind', () => {
  const journaled = { ...seen, durability: 'journaled' as const };

  it('acknowledges nothing that the journal did not take, and changes nothing then', async () => {
    const journal = new MemoryPendingWrites();
    const { behind, cache } = start(journaled, new Source(), journal);
    await write(behind, 'ada', 1);
    jest.spyOn(journal, 'put').mockRejectedValueOnce(new Error('away'));
    await expect(write(behind, 'ada', 2)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'cache.write_behind_unavailable',
    });
    expect(await cache.get(ada)).toEqual({ page: 1 });
  });

  it('is flushed by the next process when its own has ended without a goodbye', async () => {
    const journal = new MemoryPendingWrites();
    const crashed = start(journaled, new Source(), journal);
    started.delete(crashed.writeBehinds);
    await write(crashed.behind, 'ada', 1);
    const heir = start({ ...journaled, flushEveryMs: 20 }, new Source(), journal);
    await heir.behind.flush();
    expect(heir.source.values.get('ada')).toBe(1);
    expect(crashed.source.batches).toEqual([]);
  });

  it('serves what waits in another process’s name to a reader here', async () => {
    const journal = new MemoryPendingWrites();
    const [here, there] = [
      start(journaled, new Source(), journal),
      start(journaled, new Source(), journal),
    ];
    await write(there.behind, 'ada', 7);
    expect(await here.behind.getOrSet(ada, async () => ({ page: 0 }))).toEqual({ page: 7 });
  });

  it('keeps what it cannot read, and lets the others pass', async () => {
    const journal = new MemoryPendingWrites();
    const room = { maxPending: 10, delayMs: 0 };
    await journal.put('test.seen', [{ key: 'seen:old', payload: 'not ours' }], room);
    const { behind, source } = start(journaled, new Source(), journal);
    await write(behind, 'ada', 1);
    expect(await behind.flush()).toEqual({ flushed: 1, pending: 1 });
    expect(source.values.get('ada')).toBe(1);
  });

  it('keeps the writes of an encrypted cache sealed', async () => {
    const journal = new MemoryPendingWrites();
    const sealed = { ...journaled, cache: { ...seenCache, name: 'test.sealed', encrypt: true } };
    const { behind, source } = start(sealed, new Source(), journal);
    await write(behind, 'ada', 4_711);
    const kept = await journal.find('test.seen', ['seen:ada']);
    expect(kept.get('seen:ada')).not.toMatch(/4711|page/);
    await behind.flush();
    expect(source.values.get('ada')).toBe(4_711);
  });

  type Step =
    | { readonly do: 'write'; readonly by: number; readonly user: number }
    | { readonly do: 'flush'; readonly by: number }
    | { readonly do: 'crash'; readonly by: number }
    | { readonly do: 'refuse'; readonly user: number }
    | { readonly do: 'accept' }
    | { readonly do: 'pass'; readonly ms: number };

  const by = fc.integer({ min: 0, max: 1 });
  const user = fc.integer({ min: 0, max: 2 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), by, user }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('flush' as const), by }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), by }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse' as const), user }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('accept' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(100, 40_000) }),
    },
  );

  it('never takes a source back to an older value, and loses nothing, whoever writes, flushes, crashes or refuses', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        let nowMs = 0;
        const journal = new MemoryPendingWrites(() => nowMs);
        const source = new Source();
        let refused: string | undefined;
        source.refuses = (userId) => userId === refused;
        // As the source sees them, batch by batch.
        const values = new Map<string, number>();
        const check = source.write;
        const watched = Object.assign(source, {
          write: async (writes: Parameters<typeof check>[0]) => {
            for (const { params, value } of writes) {
              expect(value.page).toBeGreaterThanOrEqual(values.get(params.userId) ?? 0);
            }
            await check(writes);
            for (const { params, value } of writes) values.set(params.userId, value.page);
          },
        });
        const open = () => start(journaled, watched, journal);
        const processes = [open(), open()];
        const acknowledged = new Map<string, number>();
        let page = 0;
        const flights: Promise<unknown>[] = [];
        for (const one of steps) {
          if (one.do === 'write') {
            page += 1;
            await write(processes[one.by]!.behind, `u${one.user}`, page);
            acknowledged.set(`u${one.user}`, page);
          } else if (one.do === 'flush') {
            // Not waited for: what follows happens while it is under way.
            flights.push(processes[one.by]!.behind.flush());
          } else if (one.do === 'crash') {
            started.delete(processes[one.by]!.writeBehinds);
            processes[one.by] = open();
          } else if (one.do === 'refuse') refused = `u${one.user}`;
          else if (one.do === 'accept') refused = undefined;
          else {
            await Promise.all(flights);
            nowMs += one.ms;
          }
        }
        refused = undefined;
        await Promise.all(flights);
        nowMs += 60_000;
        for (const { behind } of processes) await behind.flush();
        expect(Object.fromEntries(values)).toEqual(Object.fromEntries(acknowledged));
        expect((await journal.figures('test.seen')).pending).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
