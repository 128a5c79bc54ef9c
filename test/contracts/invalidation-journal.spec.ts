import { DatabaseOwedNames } from '../../src/database/owed/owed-names.repository.js';
import { owedInvalidationsTable } from '../../src/database/owed/owed-names.table.js';
import type { InvalidationJournal } from '../../src/kernel/invalidation-journal.js';
import { MemoryInvalidationJournal } from '../support/memory.invalidation-journal.js';
import { DATABASES } from '../support/databases.js';

function describeContract(name: string, open: () => Promise<Opened>): void {
  describe(`a journal of invalidations in ${name}`, () => {
    let journal: InvalidationJournal;
    let close: () => Promise<void>;
    beforeAll(async () => ({ journal, close } = await open()));
    afterEach(async () => journal.settle(await journal.waiting(1_000)));
    afterAll(() => close());
    const waiting = async (limit = 10): Promise<string[]> =>
      (await journal.waiting(limit)).map(({ name: one }) => one);

    it('keeps each name once, the oldest first, whatever it is made of', async () => {
      const strange = `users:"{}'\\ é\n${'x'.repeat(400)}`;
      await journal.add(['b', strange]);
      await journal.add(['a']);
      await journal.add(['b']);
      expect(await waiting()).toEqual([strange, 'a', 'b']);
      expect(await waiting(2)).toEqual([strange, 'a']);
    });

    it('forgets what was settled, and not what was added again meanwhile', async () => {
      const before = await journal.add(['a', 'b']);
      expect(await journal.waiting(10)).toEqual(before);
      await journal.add(['b', 'c']);
      await journal.settle(before);
      expect((await waiting()).sort()).toEqual(['b', 'c']);
      await journal.settle(before);
      expect(await waiting()).toHaveLength(2);
    });

    it('never makes those who add and those who settle the same names wait for each other', async () => {
      const names = Array.from({ length: 300 }, (_, i) => `n${String(i).padStart(3, '0')}`);
      for (let round = 0; round < 15; round += 1) {
        const before = await journal.add(names);
        // Versions in the other order than names.
        const backwards = [...before].reverse();
        await Promise.all([
          journal.settle(backwards),
          journal.add(names),
          journal.settle(before),
          journal.add(names),
        ]);
      }
      expect((await waiting(1_000)).sort()).toEqual(names);
    });

    it('does nothing for no names', async () => {
      expect(await journal.add([])).toEqual([]);
      await journal.settle([]);
      expect(await waiting()).toEqual([]);
    });

    it('takes the same names from many at once', async () => {
      const names = Array.from({ length: 50 }, (_, i) => `n${i}`);
      const given = [names, [...names].reverse()];
      await Promise.all([...given, ...given, ...given].map((some) => journal.add(some)));
      expect((await waiting(100)).sort()).toEqual([...names].sort());
    });
  });
}

interface Opened {
  readonly journal: InvalidationJournal;
  readonly close: () => Promise<void>;
}

describeContract('the process', async () => ({
  journal: new MemoryInvalidationJournal(),
  close: async () => undefined,
}));
for (const { name, open } of DATABASES) {
  describeContract(name, async () => {
    const { database, close } = await open();
    return { journal: new DatabaseOwedNames(database, owedInvalidationsTable), close };
  });
}
