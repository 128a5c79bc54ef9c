import fc from 'fast-check';
import { OwedInvalidations } from './owed-invalidations.js';

const ALL = '~all';
const never = (): Promise<void> => Promise.reject(new Error('nothing was to be repeated'));

/** What one step of a store does with the names it is told of, and what is added while it does. */
const step = fc.record({
  fails: fc.boolean(),
  meanwhile: fc.array(fc.constantFrom(...'abcdef', ALL), { maxLength: 3 }),
});
const added = fc.array(fc.array(fc.constantFrom(...'abcdef', ALL), { maxLength: 4 }));

describe('owed invalidations', () => {
  it('are told once each, in the order of their last addition', async () => {
    const owed = new OwedInvalidations(ALL);
    owed.add(['a', 'b']);
    owed.add(['a', 'c']);
    const told: string[] = [];
    await owed.repeat(async (names) => void told.push(...names));
    expect(told).toEqual(['b', 'a', 'c']);
    expect(owed.size).toBe(0);
    await owed.repeat(never);
  });

  it('are never forgotten, whatever fails and whatever is added meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(added, fc.array(step), async (before, steps) => {
        const owed = new OwedInvalidations(ALL, 4);
        /** What was added and not told of since; the last is told by itself or by all. */
        const missing = new Set<string>();
        const add = (names: readonly string[]): void => {
          owed.add(names);
          for (const name of names) missing.add(name);
        };
        for (const names of before) add(names);
        const settle = async (names: readonly string[]): Promise<void> => {
          const { fails, meanwhile } = steps.shift() ?? { fails: false, meanwhile: [] };
          const toldOf = names.includes(ALL) ? [...missing] : names;
          // Taken as told before the addition: what is added after may not have been seen.
          if (!fails) for (const name of toldOf) missing.delete(name);
          add(meanwhile);
          await Promise.resolve();
          expect(owed.size).toBeGreaterThanOrEqual(names.length);
          if (fails) throw new Error('away');
        };
        while (owed.size > 0) {
          // A name that was told of counts again only when it is added again.
          await owed.repeat(settle).catch(() => undefined);
          if (steps.length === 0) break;
        }
        await owed.repeat(settle);
        expect([...missing]).toEqual([]);
        expect(owed.size).toBe(0);
      }),
    );
  });

  it('keep what a store that fails was told last, and what it was not told', async () => {
    const owed = new OwedInvalidations(ALL);
    owed.add(Array.from({ length: 1_200 }, (_, i) => `k${i}`));
    let calls = 0;
    const failing = owed.repeat(async () => {
      calls += 1;
      if (calls === 2) throw new Error('away');
    });
    await expect(failing).rejects.toThrow('away');
    expect(owed.size).toBe(700);
    const told: string[] = [];
    await owed.repeat(async (names) => void told.push(...names));
    expect(told.sort()).toEqual(Array.from({ length: 700 }, (_, i) => `k${i + 500}`).sort());
  });

  it('become everything when there are too many of them', async () => {
    const owed = new OwedInvalidations(ALL, 3);
    owed.add(['a', 'b', 'c', 'd']);
    owed.add(['e']);
    expect(owed.size).toBe(1);
    const told: string[] = [];
    await owed.repeat(async (names) => void told.push(...names));
    expect(told).toEqual([ALL]);
  });

  it('are told again when they were added while they were being told', async () => {
    for (const name of ['a', ALL]) {
      const owed = new OwedInvalidations(ALL);
      owed.add([name]);
      const told: string[] = [];
      await owed.repeat(async (names) => {
        if (told.length === 0) owed.add([name]);
        told.push(...names);
      });
      expect(told).toEqual([name, name]);
    }
  });
});
