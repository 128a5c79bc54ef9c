import type { RedisDiagnostics } from '../../src/redis/diagnostics/redis-diagnostics.js';
import type { RedisInstance } from '../support/redis-instance.js';

export interface DiagnosticsSetup {
  readonly diagnostics: RedisDiagnostics;
  /** undefined: there is no server. */
  readonly instance: RedisInstance | undefined;
  close(): Promise<void>;
}

const PATIENT = new AbortController().signal;
const HOUR_MS = 3_600_000;

/** What every driver promises whoever asks. */
export function describeDiagnosticsContract(
  name: string,
  create: () => Promise<DiagnosticsSetup>,
): void {
  describe(`diagnostics: ${name}`, () => {
    let setup: DiagnosticsSetup;
    beforeEach(async () => {
      setup = await create();
    });
    afterEach(() => setup.close());

    it('answer a ping, and tell which drivers serve', async () => {
      const { diagnostics, instance } = setup;
      expect(diagnostics.mode).toBe(instance ? 'redis' : 'memory');
      expect(await diagnostics.ping()).toEqual({
        mode: diagnostics.mode,
        latencyMs: expect.any(Number) as number,
      });
      const { open, ready, errors } = diagnostics.connections();
      expect(open).toBe(ready);
      expect(open > 0).toBe(instance !== undefined);
      expect(errors).toBe(0);
    });

    it('tell the figures of the server, or null where there is none', async () => {
      const { diagnostics, instance } = setup;
      const [server, slow, clients] = [
        await diagnostics.server(),
        await diagnostics.slowQueries(10),
        await diagnostics.clients(10),
      ];
      if (!instance) return expect([server, slow, clients]).toEqual([null, null, null]);
      expect(server).toMatchObject({ version: expect.stringMatching(/^\d/) as string });
      expect(server?.memory.usedBytes).toBeGreaterThan(0);
      expect(Array.isArray(slow)).toBe(true);
      expect(clients?.items.filter(({ own }) => own)).not.toEqual([]);
    });

    it('count the keys of the caches by namespace, and no others', async () => {
      const { diagnostics, instance } = setup;
      if (!instance) return expect(await diagnostics.keyspace()).toBeNull();
      const { connections, keys } = instance;
      const write = (key: string) => connections.command.set(key, 'x'.repeat(1_000), 'PX', HOUR_MS);
      for (let i = 0; i < 30; i += 1) await write(keys.key('cache', 'users', `${i}:profile`));
      await write(keys.key('cache', 'market', 'quote:AAPL'));
      await write(keys.key('rl', 'login', '192.0.2.7'));
      await write(`${keys.prefix}x:cache:users:1:profile`);
      const report = await diagnostics.keyspace();
      expect(report).toMatchObject({ keys: 31, complete: true });
      expect(report?.namespaces.map(({ namespace, keys: count }) => [namespace, count])).toEqual([
        ['users', 30],
        ['market', 1],
      ]);
      expect(report?.namespaces[0]?.bytes).toBeGreaterThan(30_000);
    });

    it('measure with keys of their own, and leave none', async () => {
      const { diagnostics, instance } = setup;
      const report = await diagnostics.testPerformance(20);
      if (!instance) return expect(report).toBeNull();
      expect(report).toMatchObject({ operations: 60, complete: true });
      expect(await diagnostics.keyspace()).toMatchObject({ keys: 0 });
    });

    it('give an end to keys that have none, but not to those of queues or others', async () => {
      const { diagnostics, instance } = setup;
      if (!instance) return expect(await diagnostics.expireStaleKeys(PATIENT)).toBeNull();
      const { command } = instance.connections;
      const { keys } = instance;
      const stale = ['a', 'b', 'c'].map((part) => keys.key('cache', 'users', part));
      const kept = [`{${keys.prefix}}:q:trading:meta`, `${keys.prefix}x:cache:users:1`];
      for (const key of [...stale, ...kept]) await command.set(key, 'x');
      await command.set(keys.key('cache', 'users', 'living'), 'x', 'PX', HOUR_MS);
      expect(await diagnostics.expireStaleKeys(PATIENT)).toEqual({
        scanned: 4,
        expired: 3,
        complete: true,
      });
      for (const key of stale) expect(await command.pttl(key)).toBeGreaterThan(0);
      for (const key of kept) expect(await command.pttl(key)).toBe(-1);
      expect(await command.pttl(keys.key('cache', 'users', 'living'))).toBeGreaterThan(60_000);
      expect(await diagnostics.expireStaleKeys(PATIENT)).toMatchObject({ expired: 0 });
      for (const key of kept) await command.del(key);
    });

    it('stop a sweep when they are told to', async () => {
      const { diagnostics, instance } = setup;
      if (!instance)
        return expect(await diagnostics.expireStaleKeys(AbortSignal.abort())).toBeNull();
      const report = await diagnostics.expireStaleKeys(AbortSignal.abort());
      expect(report).toEqual({ scanned: 0, expired: 0, complete: false });
    });
  });
}
