import '../support/quiet.js';
import fc from 'fast-check';
import { defineCache } from '../../src/redis/cache/cache-definition.js';
import { REPLAY, RUNS } from '../support/property-runs.js';
import { openRedisInstance } from '../support/redis-instance.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { Fleet } from './cache-fleet.setup.js';
import { startCaches } from './cache.setup.js';
import { commands, type Abilities } from './cache-model.commands.js';
import type { Member } from './cache-model.process.js';
import { ttlMsOf, type ModelDefinition, type Value } from './cache-model.values.js';
import { World } from './cache-model.world.js';

const LIMIT_MS = RUNS > 0 ? 3_600_000 : 6_000;

const plain: ModelDefinition = defineCache<string, Value>({
  name: 'test.model.plain',
  namespace: 'general',
  key: (name) => name,
  ttlMs: 60_000,
  ttlMsOf,
  tags: (name) => [tagOf(name)],
});
/** With everything that goes on behind its readers. */
const eager: ModelDefinition = defineCache<string, Value>({
  ...plain,
  name: 'test.model.eager',
  refreshAfterMs: 5,
  graceMs: 60_000,
  softTimeoutMs: 5,
  negativeTtlMs: 60_000,
});

/** `<run>:k1` carries `<run>:t1`. */
function tagOf(name: string): string {
  return name.replace(/k(\d)$/, (_, key: string) => `t${Number(key) % 2}`);
}

/** By their place: with room for all, for one entry, for none. */
const maxLocalEntries = (at: number): number => [100, 1, 0][at] ?? 100;

/** Any interleaving of what members of a fleet do with one cache. */
async function holdsFor(
  definition: ModelDefinition,
  { runs, count, ...abilities }: Abilities & { readonly runs: number; readonly count: number },
  open: (at: number) => Promise<Member>,
): Promise<void> {
  const members = await Promise.all(Array.from({ length: count }, (_, at) => open(at)));
  let run = 0;
  const deadlineMs = performance.now() + LIMIT_MS;
  const { replayPath, ...replay } = REPLAY;
  await fc.assert(
    fc.asyncProperty(
      commands(abilities, { maxCommands: 30, ...(replayPath && { replayPath }) }),
      async (steps) => {
        // A short look is better than none; but not at the cost of everybody's time.
        if (performance.now() > deadlineMs) return;
        run += 1;
        const world = new World(`r${run}`, definition, members, open);
        try {
          await fc.asyncModelRun(() => ({ model: {}, real: world }), steps);
        } finally {
          await world.finish();
        }
      },
    ),
    { ...replay, numRuns: RUNS || runs },
  );
}

const nothing = (): Promise<void> => Promise.resolve();

describe.each<[string, ModelDefinition]>([
  ['a plain cache', plain],
  ['a cache with refresh, grace and remembered nothings', eager],
])('whatever happens, %s never serves what was known to be old', (_, definition) => {
  const timeoutMs = 2 * LIMIT_MS + 60_000;

  it(
    'in the process alone',
    () =>
      holdsFor(definition, { runs: 200, count: 1 }, async () => {
        const caches = await startCaches(undefined);
        return { caches, crash: nothing, cut: nothing, mend: nothing };
      }),
    timeoutMs,
  );

  it(
    'on three instances that end and begin',
    async () => {
      const prefix = createTestRedisPrefix();
      await holdsFor(definition, { runs: 80, count: 3, crashes: true }, async (at) => {
        const { connections, ...instance } = await openRedisInstance(prefix);
        const caches = await startCaches(
          { connections, ...instance },
          { callTimeoutMs: 3_000, maxLocalEntries: maxLocalEntries(at) },
        );
        const crash = async (): Promise<void> => {
          connections.command.disconnect();
          await caches.close();
        };
        return { caches, crash, cut: nothing, mend: nothing };
      });
    },
    timeoutMs,
  );

  describe('where links break', () => {
    const fleet = new Fleet();

    it(
      'on two instances',
      () =>
        holdsFor(definition, { runs: 10, count: 2, crashes: true, breaks: true }, async () => {
          const { instance, caches, proxy } = await fleet.join({ callTimeoutMs: 100 });
          return {
            caches,
            crash: async () => {
              instance.connections.command.disconnect();
              await caches.close();
              await proxy.down();
            },
            cut: async (silently) => (silently ? proxy.freeze() : proxy.down()),
            mend: async () => {
              await proxy.down();
              await proxy.up();
            },
          };
        }),
      timeoutMs,
    );
  });
});

describe('an owner who refreshes while others read', () => {
  it('is not overtaken by what they found in the store before', async () => {
    const prefix = createTestRedisPrefix();
    const open = async (): Promise<Member> => {
      const instance = await openRedisInstance(prefix);
      const caches = await startCaches(instance, { callTimeoutMs: 3_000 });
      return { caches, crash: nothing, cut: nothing, mend: nothing };
    };
    const members = [await open(), await open()];
    // About one in a hundred met it.
    for (let run = 0; run < 300; run += 1) {
      const world = new World(`o${run}`, eager, members, open);
      const refresh = async (at: number, keys: readonly (0 | 3)[], how: 'now' | 'slowly') => {
        const { end } = await world.change({
          ...{ at, keys, leaves: 'something', isSet: false },
          tell: ({ cache }) =>
            cache.refresh(
              keys.map((key) => world.name(key)),
              () => world.source.read(keys, how),
            ),
        });
        await end;
      };
      await refresh(1, [0, 3], 'slowly');
      const reading = world.read(0, [0], 'getOrSetOptional', 'now');
      if (run % 2 === 0) await reading;
      await refresh(0, [0], 'now');
      await world.finish();
    }
  }, 120_000);
});
