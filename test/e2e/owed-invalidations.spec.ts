import { resolve } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from '../support/eventually.js';
import { NodeProcess } from '../support/processes.js';
import { PrivateRedis } from '../support/redis-server.js';
import { createTestDatabase, createTestDataFolder } from '../support/servers/index.js';

const PROGRAM = resolve(import.meta.dirname, '../support/programs/owing.mjs');
const PATIENCE = { timeoutMs: 30_000 };

interface Answer {
  readonly values: readonly string[];
  readonly left: number;
}

/** Of what was printed, whole lines that name a key; warnings of Redis stand between them. */
function keysOf(stdout: string): string[] {
  return [...stdout.matchAll(/^(k\d+)\n/gm)].map(([, key = '']) => key);
}

describe.each([
  [
    'PGlite',
    async () => {
      const { path, remove } = createTestDataFolder();
      return {
        env: { DATA_DIR: path },
        drop: async () => remove(),
      };
    },
  ],
  [
    'PostgreSQL',
    async () => {
      const { url, drop } = await createTestDatabase();
      return { env: { DATABASE_URL: url }, drop };
    },
  ],
])('invalidations that Redis did not take, on %s', (_, open) => {
  it('outlive the process that owes them: killed, and Redis back with all it had, no value of before is served', async () => {
    const { env, drop } = await open();
    const redis = await PrivateRedis.start();
    const run = (...args: string[]) =>
      new NodeProcess([PROGRAM, ...args], { env: { ...env, REDIS_URL: redis.url } });
    const debtor = run('owe');
    await eventually(() => expect(debtor.stdout).toContain('cached'), PATIENCE);
    await redis.kill();
    // Some dropped, some about to be.
    await eventually(() => expect(keysOf(debtor.stdout).length).toBeGreaterThan(40), PATIENCE);
    debtor.kill('SIGKILL');
    expect(await debtor.exited).toEqual({ code: null, signal: 'SIGKILL' });
    const dropped = keysOf(debtor.stdout);
    expect(dropped.length).toBeLessThan(200);

    await redis.up();
    const client = new Redis(redis.url);
    expect(await client.exists(...dropped.map((key) => `bourse:cache:general:${key}`))).toBe(
      dropped.length,
    );
    client.disconnect();

    const reader = run('read', ...dropped);
    expect((await reader.exited).code).toBe(0);
    const { values, left } = JSON.parse(reader.stdout.split('\n').at(-1) ?? '') as Answer;
    expect([...new Set(values)]).toEqual(['new']);
    expect(left).toBe(0);
    await redis.remove();
    await drop();
  }, 120_000);
});
