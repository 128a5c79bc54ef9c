import type { Database } from '../../../src/database/index.js';
import { PgliteDatabase } from '../../../src/database/pglite.database.js';
import { PostgresDatabase } from '../../../src/database/postgres.database.js';
import { ReplayRepository } from '../../../src/modules/market-data/replay/replay.repository.js';
import { createTestDatabase } from '../../support/servers/index.js';

const NOON_MS = Date.UTC(2025, 0, 2, 12);

function connect(url: string): PostgresDatabase {
  return new PostgresDatabase({
    url,
    poolSize: 2,
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
    onError: () => undefined,
  });
}

const drivers = {
  postgres: async () => {
    const { url, drop } = await createTestDatabase();
    return { open: async () => connect(url), drop };
  },
  pglite: async () => {
    const database = await PgliteDatabase.open('memory://');
    // One process, one connection: another opening is the same database.
    return { open: async () => database, drop: async () => undefined };
  },
};

describe.each(['postgres', 'pglite'] as const)('the start of a replay on %s', (driver) => {
  let opened: Set<Database>;
  let drop: () => Promise<void>;
  let open: () => Promise<ReplayRepository>;

  beforeAll(async () => {
    const target = await drivers[driver]();
    opened = new Set();
    drop = target.drop;
    open = async () => {
      const database = await target.open();
      opened.add(database);
      return new ReplayRepository(database);
    };
    const database = await target.open();
    opened.add(database);
    await database.migrate();
  });

  afterAll(async () => {
    for (const database of opened) await database.close();
    await drop();
  });

  it('is one for all processes that start at the same moment', async () => {
    const processes = await Promise.all(Array.from({ length: 5 }, open));
    const starts = await Promise.all(
      processes.map((replays, i) => replays.startedAtMs('together', NOON_MS + i)),
    );
    expect(new Set(starts).size).toBe(1);
    expect(starts[0]).toBeGreaterThanOrEqual(NOON_MS);
    expect(starts[0]).toBeLessThan(NOON_MS + 5);
  });

  it('outlives a restart', async () => {
    expect(await (await open()).startedAtMs('restarted', NOON_MS)).toBe(NOON_MS);
    expect(await (await open()).startedAtMs('restarted', NOON_MS + 86_400_000)).toBe(NOON_MS);
  });

  it('is its own for every source', async () => {
    const replays = await open();
    expect(await replays.startedAtMs('these files', NOON_MS)).toBe(NOON_MS);
    expect(await replays.startedAtMs('other files', NOON_MS + 7)).toBe(NOON_MS + 7);
  });
});
