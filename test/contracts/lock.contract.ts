import type { Lease, LockManager } from '../../src/redis/lock/lock-manager.js';
import { eventually } from '../support/eventually.js';
import { Deferred } from '../support/deferred.js';

export interface LockFixture {
  readonly here: LockManager;
  /** Another instance, where there can be one. */
  readonly there: LockManager;
  close(): Promise<void>;
}

const options = { ttlMs: 1_000 };
const patient = { ttlMs: 1_000, waitMs: 5_000 };
const notAcquired = { kind: 'conflict', code: 'lock.not_acquired' };

/** What every lock driver promises (`LockManager`). */
export function describeLockContract(driver: string, setup: () => Promise<LockFixture>): void {
  describe(`a ${driver} lock`, () => {
    let fixture: LockFixture;
    let here: LockManager;
    let there: LockManager;
    beforeEach(async () => {
      fixture = await setup();
      ({ here, there } = fixture);
    });
    afterEach(() => fixture.close());

    /** Holds a lock until it is let go. */
    async function hold(
      id: string,
      ttlMs = options.ttlMs,
    ): Promise<{ lease: Lease; letGo: () => Promise<void> }> {
      const taken = new Deferred<Lease>();
      const end = new Deferred<void>();
      const held = here.using('import', id, { ttlMs }, (lease) => {
        taken.resolve(lease);
        return end.promise;
      });
      held.catch((error: Error) => taken.reject(error));
      return {
        lease: await taken.promise,
        letGo: () => {
          end.resolve();
          return held;
        },
      };
    }

    it('answers what the work answers', async () => {
      expect(await here.using('import', 'ada', options, async () => 7)).toBe(7);
    });

    it('throws what the work throws, and is free again', async () => {
      const failed = here.using('import', 'ada', options, () =>
        Promise.reject(new Error('no file')),
      );
      await expect(failed).rejects.toThrow('no file');
      expect(await there.using('import', 'ada', options, async () => 'free')).toBe('free');
    });

    it('is refused at once to a second holder who does not wait', async () => {
      const { letGo } = await hold('ada');
      await expect(there.using('import', 'ada', options, async () => 1)).rejects.toMatchObject(
        notAcquired,
      );
      await letGo();
    });

    it('locks one resource and no other', async () => {
      const { lease, letGo } = await hold('ada');
      expect(lease.resource).toBe('import:ada');
      expect(await there.using('import', 'bob', options, async () => 'bob')).toBe('bob');
      expect(await there.using('export', 'ada', options, async () => 'export')).toBe('export');
      await letGo();
    });

    it('goes to one who waits when it is let go', async () => {
      const { letGo } = await hold('ada');
      const waiting = there.using('import', 'ada', patient, async () => 'mine now');
      await letGo();
      expect(await waiting).toBe('mine now');
    });

    it('gives up waiting in time', async () => {
      const { letGo } = await hold('ada');
      const startedAtMs = performance.now();
      const waiting = there.using('import', 'ada', { ...options, waitMs: 150 }, async () => 1);
      await expect(waiting).rejects.toMatchObject(notAcquired);
      expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(149);
      expect(performance.now() - startedAtMs).toBeLessThan(1_000);
      await letGo();
    });

    it('ends a wait with the reason of its signal, before and during it', async () => {
      const { letGo } = await hold('ada');
      const controller = new AbortController();
      const withSignal = { ...patient, signal: controller.signal };
      const waiting = there.using('import', 'ada', withSignal, async () => 1);
      setTimeout(() => controller.abort(new Error('gone home')), 50);
      await expect(waiting).rejects.toThrow('gone home');
      await expect(there.using('import', 'other', withSignal, async () => 1)).rejects.toThrow(
        'gone home',
      );
      await letGo();
      expect(await there.using('import', 'ada', options, async () => 'free')).toBe('free');
    });

    it('is never held by two', async () => {
      let inside = 0;
      let most = 0;
      const work = async (): Promise<void> => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setTimeout(resolve, 2));
        inside -= 1;
      };
      const everybody = Array.from({ length: 20 }, (_, i) =>
        (i % 2 === 0 ? here : there).using('import', 'ada', { ttlMs: 1_000, waitMs: 20_000 }, work),
      );
      await Promise.all(everybody);
      expect(most).toBe(1);
    });

    it('gives every holder a greater fencing token than the one before', async () => {
      const tokens: bigint[] = [];
      for (const locks of [here, there, here, there, there, here]) {
        await locks.using(
          'import',
          'ada',
          options,
          async (lease) => void tokens.push(lease.fencingToken),
        );
      }
      expect(tokens).toEqual([...tokens].sort((a, b) => (a < b ? -1 : 1)));
      expect(new Set(tokens).size).toBe(tokens.length);
    });

    it('is held for as long as the work takes, far beyond one lease', async () => {
      const { lease, letGo } = await hold('ada', 150);
      const until = performance.now() + 600;
      await eventually(async () => {
        await expect(there.using('import', 'ada', options, async () => 1)).rejects.toMatchObject(
          notAcquired,
        );
        expect(performance.now()).toBeGreaterThan(until);
      });
      expect(lease.signal.aborted).toBe(false);
      await letGo();
      expect(await there.using('import', 'ada', options, async () => 'free')).toBe('free');
    });

    it.each([
      ['a colon in its name', 'a:b', options],
      ['no name', '', options],
      ['no lease', 'a', { ttlMs: 0 }],
      ['a lease that cannot be kept', 'a', { ttlMs: 20 }],
    ])('is refused with %s', async (_, name, bad) => {
      await expect(here.using(name, 'x', bad, async () => 1)).rejects.toMatchObject({
        code: 'lock.invalid',
      });
    });
  });
}
