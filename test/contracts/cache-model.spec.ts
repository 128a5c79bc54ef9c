import '../support/quiet.js';
import fc from 'fast-check';
import { defineCache } from '../../src/redis/cache/cache-definition.js';
import { openRedisInstance } from '../support/redis-instance.js';
import { createTestRedisPrefix } from '../support/servers/index.js';
import { startCaches } from './cache.setup.js';
import { commands } from './cache-model.commands.js';
import { ttlMsOf, type ModelDefinition, type Value } from './cache-model.values.js';
import { World, type Member } from './cache-model.world.js';

/**
 * Longer: `FC_RUNS=20000 npm run test:integration -- --testPathPatterns cache-model`. A failure prints what it takes
 * to see it again: `FC_REPLAY='{"seed":1,"path":"2:0","replayPath":"AB:C"}'`, with `-t` for the test.
 */
const RUNS = Number(process.env['FC_RUNS'] ?? 0);
const REPLAY = JSON.parse(process.env['FC_REPLAY'] ?? '{}') as {
  seed?: number;
  path?: string;
  replayPath?: string;
};
const LIMIT_MS = RUNS > 0 ? 3_600_000 : 8_000;

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
  negativeTtlMs: 30,
});

/** `<run>:k1` carries `<run>:t1`. */
function tagOf(name: string): string {
  return name.replace(/k(\d)$/, (_, key: string) => `t${Number(key) % 2}`);
}

/** Any interleaving of what members of a fleet do with one cache. */
async function holdsFor(
  definition: ModelDefinition,
  runs: number,
  count: number,
  open: () => Promise<Member>,
): Promise<void> {
  const members = await Promise.all(Array.from({ length: count }, open));
  let run = 0;
  const deadlineMs = performance.now() + LIMIT_MS;
  const { replayPath, ...replay } = REPLAY;
  await fc.assert(
    fc.asyncProperty(
      commands({ crash: count > 1 }, { maxCommands: 30, ...(replayPath && { replayPath }) }),
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

describe.each<[string, ModelDefinition]>([
  ['a plain cache', plain],
  ['a cache with refresh, grace and remembered nothings', eager],
])('whatever happens, %s never serves what was known to be old', (_, definition) => {
  const timeoutMs = 2 * LIMIT_MS + 30_000;

  it(
    'in the process alone',
    () =>
      holdsFor(definition, 300, 1, async () => ({
        caches: await startCaches(undefined),
        crash: () => Promise.resolve(),
      })),
    timeoutMs,
  );

  it(
    'on three instances',
    async () => {
      const prefix = createTestRedisPrefix();
      await holdsFor(definition, 100, 3, async () => {
        const { connections, ...instance } = await openRedisInstance(prefix);
        const caches = await startCaches({ connections, ...instance }, { callTimeoutMs: 3_000 });
        const crash = async (): Promise<void> => {
          connections.command.disconnect();
          await caches.close();
        };
        return { caches, crash };
      });
    },
    timeoutMs,
  );
});
