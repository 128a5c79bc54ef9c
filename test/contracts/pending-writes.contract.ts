import type { PendingWrites } from '../../src/kernel/pending-writes.js';
import { newId } from '../../src/kernel/ids.js';

const SOON = { maxPending: 100, delayMs: 0 };
const LATER = { maxPending: 100, delayMs: 60_000 };
const ALL = { limit: 100, leaseMs: 60_000, early: false };

/** What every store of pending writes promises (`PendingWrites`). */
export function describePendingWritesContract(
  driver: string,
  /** Two processes, where there can be two. */
  open: () => { readonly here: PendingWrites; readonly there: PendingWrites },
): void {
  describe(`${driver} pending writes`, () => {
    let here: PendingWrites;
    let there: PendingWrites;
    let name: string;
    beforeEach(() => {
      ({ here, there } = open());
      name = newId();
    });

    const put = (store: PendingWrites, payloads: Record<string, string>, options = SOON) =>
      store.put(
        name,
        Object.entries(payloads).map(([key, payload]) => ({ key, payload })),
        options,
      );
    const payloadsOf = (claim: { writes: readonly { key: string; payload: string }[] }) =>
      Object.fromEntries(claim.writes.map(({ key, payload }) => [key, payload]));

    it('keeps the last write of each key, and gives it to one flush', async () => {
      expect([...(await put(here, { a: '1', b: '1' }))].sort()).toEqual(['a', 'b']);
      await put(there, { a: '2' });
      const claim = await here.claim(name, ALL);
      expect(payloadsOf(claim)).toEqual({ a: '2', b: '1' });
      expect((await there.claim(name, ALL)).writes).toEqual([]);
      await here.settle(name, claim);
      expect(await here.figures(name)).toEqual({ pending: 0, oldestAgeMs: 0 });
    });

    it('keeps what is written again while a flush has it, and does not give it to another meanwhile', async () => {
      await put(here, { a: '1' });
      const claim = await here.claim(name, ALL);
      await put(there, { a: '2' });
      expect((await there.claim(name, { ...ALL, early: true })).writes).toEqual([]);
      expect(await there.find(name, ['a', 'b'])).toEqual(new Map([['a', '2']]));
      await here.settle(name, claim);
      expect(payloadsOf(await there.claim(name, ALL))).toEqual({ a: '2' });
    });

    it('numbers the writes of a key upwards, also after it was flushed', async () => {
      const versions: bigint[] = [];
      for (const payload of ['1', '2', '3']) {
        await put(here, { a: payload });
        const claim = await there.claim(name, ALL);
        versions.push(claim.writes[0]!.version);
        await there.settle(name, claim);
      }
      expect(versions[0]! < versions[1]! && versions[1]! < versions[2]!).toBe(true);
    });

    it('gives nothing before it is due, unless asked for it', async () => {
      await put(here, { a: '1' }, LATER);
      await put(here, { a: '2' });
      expect((await here.claim(name, ALL)).writes).toEqual([]);
      expect(payloadsOf(await here.claim(name, { ...ALL, early: true }))).toEqual({ a: '2' });
    });

    it('is full for new keys alone', async () => {
      const room = { maxPending: 3, delayMs: 0 };
      expect(await put(here, { a: '1', b: '1' }, room)).toHaveLength(2);
      const kept = await put(there, { a: '2', b: '2', c: '1', d: '1', e: '1' }, room);
      expect([...kept].sort().slice(0, 2)).toEqual(['a', 'b']);
      expect(kept).toHaveLength(3);
      expect((await here.figures(name)).pending).toBe(3);
      expect(await put(here, { x: '1' }, room)).toEqual([]);
    });

    it('counts failures, and tries those last that failed most often', async () => {
      await put(here, { a: '1' });
      await here.postpone(name, await here.claim(name, ALL), [0]);
      await put(here, { b: '1', c: '1' });
      const claim = await here.claim(name, ALL);
      expect(claim.writes.map(({ key, attempts }) => [key, attempts])).toEqual([
        ['b', 0],
        ['c', 0],
        ['a', 1],
      ]);
      await here.postpone(name, claim, [60_000, 0, 60_000]);
      expect(payloadsOf(await here.claim(name, ALL))).toEqual({ c: '1' });
      await put(here, { b: '2' });
      expect((await there.claim(name, ALL)).writes).toEqual([]);
    });

    it('takes no more at once than asked for', async () => {
      await put(here, { a: '1', b: '1', c: '1' });
      expect((await here.claim(name, { ...ALL, limit: 2 })).writes).toHaveLength(2);
      expect((await there.claim(name, { ...ALL, limit: 2 })).writes).toHaveLength(1);
    });

    it('gives a key on when its lease has run out, and hears its old holder no more', async () => {
      await put(here, { a: '1' });
      const lost = await here.claim(name, { ...ALL, leaseMs: 0 });
      const taken = await there.claim(name, ALL);
      expect(payloadsOf(taken)).toEqual({ a: '1' });
      await here.settle(name, lost);
      await here.postpone(name, lost, [0]);
      expect(await there.find(name, ['a'])).toEqual(new Map([['a', '1']]));
      expect((await here.claim(name, ALL)).writes).toEqual([]);
      await there.settle(name, taken);
      expect((await here.figures(name)).pending).toBe(0);
    });

    it('keeps names apart, and takes nothing for nothing', async () => {
      await put(here, { a: '1' });
      expect((await here.claim(newId(), ALL)).writes).toEqual([]);
      expect(await put(here, {})).toEqual([]);
      const none = { holder: newId(), writes: [] };
      await here.settle(name, none);
      await here.postpone(name, none, []);
      expect(await here.find(name, [])).toEqual(new Map());
      expect((await here.figures(name)).pending).toBe(1);
    });

    it('loses and repeats nothing when many write and flush at once', async () => {
      const applied = new Map<string, string>();
      const keys = Array.from({ length: 8 }, (_, i) => `k${i}`);
      const write = async (store: PendingWrites, from: number) => {
        for (let round = 0; round < 15; round += 1) {
          const order = (from + round) % 2 === 0 ? keys : [...keys].reverse();
          const text = `${from}:${round}`;
          await put(store, Object.fromEntries(order.map((key) => [key, text])));
        }
      };
      const seen = new Map<string, bigint>();
      const flush = async (store: PendingWrites) => {
        const claim = await store.claim(name, { ...ALL, limit: 3 });
        for (const { key, payload, version } of claim.writes) {
          expect(seen.get(key) ?? 0n).toBeLessThan(version);
          seen.set(key, version);
          applied.set(key, payload);
        }
        await store.settle(name, claim);
        return claim.writes.length;
      };
      const writing = Promise.all([write(here, 0), write(there, 1), write(here, 2)]);
      let isWriting = true;
      const flushing = Promise.all(
        [here, there].map(async (store) => {
          while (isWriting) await flush(store);
        }),
      );
      await writing;
      isWriting = false;
      await flushing;
      const last = new Map(await here.find(name, keys));
      while ((await flush(here)) > 0);
      expect((await here.figures(name)).pending).toBe(0);
      for (const [key, payload] of last) expect(applied.get(key)).toBe(payload);
      for (const key of keys) expect(applied.get(key)).toMatch(/^\d:14$/);
    });
  });
}
