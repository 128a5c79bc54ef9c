import { resolve } from 'node:path';
import { eventually } from '../support/eventually.js';
import { NodeProcess } from '../support/processes.js';
import { createTestDatabase, createTestDataFolder } from '../support/servers/index.js';

const PROGRAM = resolve(import.meta.dirname, '../support/programs/write-behind.mjs');

interface Drained {
  readonly pending: number;
  readonly pages: Readonly<Record<string, number>>;
}

/** The last complete line of each key. */
function lastAcknowledged(stdout: string): Map<string, number> {
  const lines = stdout.split('\n').slice(0, -1);
  return new Map(
    lines.map((line) => {
      const [key = '', page] = line.split(' ');
      return [key, Number(page)];
    }),
  );
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
])('a journaled write-behind on %s', (_, open) => {
  it('brings every acknowledged write to its source, although its process was killed again and again', async () => {
    const { env, drop } = await open();
    const run = (mode: string) => new NodeProcess([PROGRAM, mode], { env });
    const acknowledged = new Map<string, number>();
    for (let round = 0; round < 3; round += 1) {
      const writer = run('write');
      await eventually(() => expect(lastAcknowledged(writer.stdout).size).toBe(5), {
        timeoutMs: 30_000,
      });
      const seen = writer.stdout.length;
      await eventually(
        () => expect(writer.stdout.length).toBeGreaterThan(seen + 300 * (round + 1)),
        { timeoutMs: 30_000 },
      );
      writer.kill('SIGKILL');
      expect(await writer.exited).toEqual({ code: null, signal: 'SIGKILL' });
      acknowledged.clear();
      for (const [key, page] of lastAcknowledged(writer.stdout)) acknowledged.set(key, page);
    }
    // What the killed flush held comes free with its lease.
    const { pending, pages } = await eventually(
      async () => {
        const drain = run('drain');
        expect((await drain.exited).code).toBe(0);
        const drained = JSON.parse(drain.stdout) as Drained;
        expect(drained.pending).toBe(0);
        return drained;
      },
      { timeoutMs: 30_000, intervalMs: 500 },
    );
    expect(pending).toBe(0);
    for (const [key, page] of acknowledged) {
      // At most one more write of the key had been kept and not been told any more.
      expect(pages[key]).toBeGreaterThanOrEqual(page);
      expect(pages[key]).toBeLessThanOrEqual(page + 1);
    }
    await drop();
  }, 120_000);
});
