import { AppError } from '../../src/kernel/app-error.js';
import type { LockManager } from '../../src/redis/lock/lock-manager.js';
import { eventually } from '../support/eventually.js';
import { holdLock, type LockInHand } from '../support/held-lock.js';

export interface LockFixture {
  readonly here: LockManager;
  /** Another instance, where there can be one. */
  readonly there: LockManager;
  /** Resolves once exactly so many wait for the lock `import` of `id`. */
  waiters(id: string, count: number): Promise<void>;
  close(): Promise<void>;
}

const options = { ttlMs: 1_000 };
const patient = { ttlMs: 1_000, waitMs: 5_000 };
const notAcquired = { kind: 'conflict', code: 'lock.not_acquired' };
const waitTimedOut = { kind: 'conflict', code: 'lock.wait_timeout' };

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

    const hold = (id: string, ttlMs = options.ttlMs): Promise<LockInHand> =>
      holdLock(here, id, { ttlMs });

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
      await expect(waiting).rejects.toMatchObject(waitTimedOut);
      // A timer may wake a little early.
      expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(145);
      await fixture.waiters('ada', 0);
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

    it('is handed on in the order of asking, wherever it was asked', async () => {
      const { letGo } = await hold('ada');
      const order: number[] = [];
      const everybody: Promise<void>[] = [];
      for (const n of [1, 2, 3, 4, 5, 6]) {
        const locks = n % 2 === 0 ? here : there;
        everybody.push(
          locks.using('import', 'ada', { ...patient, waitMs: 20_000 }, async () => {
            order.push(n);
          }),
        );
        await fixture.waiters('ada', n);
      }
      await letGo();
      await Promise.all(everybody);
      expect(order).toEqual([1, 2, 3, 4, 5, 6]);
    });

    it('lets nobody overtake who waits, however often he asks', async () => {
      const { letGo } = await hold('ada');
      const order: string[] = [];
      const waiting = there.using('import', 'ada', patient, async () => {
        order.push('who waited');
      });
      await fixture.waiters('ada', 1);
      const asking = Promise.all(
        Array.from({ length: 20 }, async () => {
          const { acquired } = await here.tryUsing('import', 'ada', options, async () => undefined);
          if (acquired) order.push('who did not');
        }),
      );
      const left = letGo();
      await Promise.all([waiting, asking, left]);
      expect(order[0]).toBe('who waited');
    });

    it('keeps the places of the others when one gives up, and when one is sent away', async () => {
      const { letGo } = await hold('ada');
      const order: string[] = [];
      const queue = (name: string, more = {}): Promise<void> =>
        here.using('import', 'ada', { ...patient, waitMs: 20_000, ...more }, async () => {
          order.push(name);
        });
      const leaving = new AbortController();
      const first = queue('first');
      await fixture.waiters('ada', 1);
      const impatient = queue('impatient', { signal: leaving.signal });
      await fixture.waiters('ada', 2);
      const last = queue('last');
      await fixture.waiters('ada', 3);
      await expect(queue('too many', { maxWaiters: 3 })).rejects.toMatchObject({
        kind: 'conflict',
        code: 'lock.too_many_waiters',
      });
      leaving.abort(new Error('gone home'));
      await expect(impatient).rejects.toThrow('gone home');
      await fixture.waiters('ada', 2);
      const inHisPlace = queue('in his place', { maxWaiters: 3 });
      await fixture.waiters('ada', 3);
      await letGo();
      await Promise.all([first, last, inHisPlace]);
      expect(order).toEqual(['first', 'last', 'in his place']);
    });

    it('is not reentrant: who asks for his own lock waits for himself', async () => {
      const own = here.using('import', 'ada', options, () =>
        here.using('import', 'ada', { ...options, waitMs: 50 }, async () => 'inside'),
      );
      await expect(own).rejects.toMatchObject(waitTimedOut);
    });

    it('answers one who only tries, at once and without an error', async () => {
      expect(await here.tryUsing('import', 'ada', options, async () => undefined)).toEqual({
        acquired: true,
        value: undefined,
      });
      const { letGo } = await hold('ada');
      const work = jest.fn(async () => 1);
      expect(await there.tryUsing('import', 'ada', options, work)).toEqual({ acquired: false });
      expect(work).not.toHaveBeenCalled();
      await letGo();
      const failing = here.tryUsing('import', 'ada', options, () =>
        Promise.reject(new AppError('conflict', 'lock.not_acquired', 'of another lock')),
      );
      await expect(failing).rejects.toThrow('of another lock');
    });

    it('is over for its holder once it was given back: nothing can be written under it any more', async () => {
      const lease = await here.using('import', 'ada', options, async (own) => {
        own.throwIfLost();
        return own;
      });
      expect(() => lease.throwIfLost()).toThrow(expect.objectContaining({ code: 'lock.lost' }));
    });

    it('is over for a holder whom something newer refuses, and the next token is beyond that', async () => {
      const seen = 8_000_000_000_000_000n;
      const { lease, letGo } = await hold('ada');
      lease.refuse(seen);
      const fenced = expect.objectContaining({ kind: 'conflict', code: 'lock.fenced' });
      expect(() => lease.throwIfLost()).toThrow(fenced);
      expect(lease.signal.reason).toEqual(fenced);
      await letGo();
      const next = await here.using('import', 'ada', options, async (own) => own.fencingToken);
      expect(next).toBeGreaterThan(seen);
    });

    it('goes to one who waited before that refusal, under a token that is beyond it too', async () => {
      const seen = 8_000_000_000_000_000n;
      const { lease, letGo } = await hold('ada');
      const next = here.using('import', 'ada', patient, async (own) => own.fencingToken);
      await fixture.waiters('ada', 1);
      lease.refuse(seen);
      await letGo();
      expect(await next).toBeGreaterThan(seen);
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

    it('of several is all of them or none', async () => {
      const { letGo } = await hold('bob');
      const all = here.usingAll('import', ['cyd', 'ada', 'bob'], options, async () => 1);
      await expect(all).rejects.toMatchObject(notAcquired);
      const impatient = { ...options, waitMs: 50 };
      const waiting = here.usingAll('import', ['cyd', 'ada', 'bob'], impatient, async () => 1);
      await expect(waiting).rejects.toMatchObject(waitTimedOut);
      expect(await there.using('import', 'ada', options, async () => 'free')).toBe('free');
      expect(await there.using('import', 'cyd', options, async () => 'free')).toBe('free');
      await letGo();

      const held = await here.usingAll(
        'import',
        ['cyd', 'ada', 'cyd', 'bob'],
        options,
        async (leases) => {
          for (const id of ['ada', 'bob', 'cyd']) {
            await expect(there.using('import', id, options, async () => 1)).rejects.toMatchObject(
              notAcquired,
            );
          }
          for (const lease of leases) lease.throwIfLost();
          return leases.map(({ resource, fencingToken }) => [resource, typeof fencingToken]);
        },
      );
      expect(held).toEqual([
        ['import:ada', 'bigint'],
        ['import:bob', 'bigint'],
        ['import:cyd', 'bigint'],
      ]);
      expect(await there.using('import', 'bob', options, async () => 'free')).toBe('free');
    });

    it('of several is lost with the first of them', async () => {
      await here.usingAll('import', ['ada', 'bob'], options, async ([ada, bob]) => {
        ada?.refuse(1n);
        expect(bob?.signal.aborted).toBe(true);
        expect(() => bob?.throwIfLost()).toThrow(expect.objectContaining({ code: 'lock.fenced' }));
      });
    });

    it('of several never waits in a circle, whatever the order of the ids', async () => {
      let inside = 0;
      let most = 0;
      const pairs = [
        ['ada', 'bob'],
        ['bob', 'ada'],
        ['bob', 'cyd'],
        ['cyd', 'ada'],
      ];
      const everybody = Array.from({ length: 16 }, (_, i) =>
        (i % 3 === 0 ? here : there).usingAll(
          'import',
          pairs[i % pairs.length] ?? [],
          { ttlMs: 1_000, waitMs: 20_000 },
          async () => {
            inside += 1;
            most = Math.max(most, inside);
            await new Promise((resolve) => setTimeout(resolve, 2));
            inside -= 1;
          },
        ),
      );
      await Promise.all(everybody);
      // Any two of the pairs share one.
      expect(most).toBe(1);
    });

    it.each([
      ['none', []],
      ['too many', Array.from({ length: 101 }, (_, i) => String(i))],
    ])('of several is refused for %s', async (_, ids) => {
      await expect(here.usingAll('import', ids, options, async () => 1)).rejects.toMatchObject({
        code: 'lock.invalid',
      });
    });

    it.each([
      ['a colon in its name', 'a:b', options],
      ['no name', '', options],
      ['no lease', 'a', { ttlMs: 0 }],
      ['a lease that cannot be kept', 'a', { ttlMs: 20 }],
      ['a lease of hours', 'a', { ttlMs: 3_600_001 }],
      ['a wait without an end', 'a', { ttlMs: 1_000, waitMs: Infinity }],
      ['a wait that is no number', 'a', { ttlMs: 1_000, waitMs: NaN }],
      ['no room to wait', 'a', { ttlMs: 1_000, waitMs: 1, maxWaiters: 0 }],
      ['less than no replicas', 'a', { ttlMs: 1_000, minReplicas: -1 }],
    ])('is refused with %s', async (_, name, bad) => {
      await expect(here.using(name, 'x', bad, async () => 1)).rejects.toMatchObject({
        code: 'lock.invalid',
      });
    });
  });
}
