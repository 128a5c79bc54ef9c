import '../support/quiet.js';
import { eventually } from '../support/eventually.js';
import { MemoryInvalidationJournal } from '../support/memory.invalidation-journal.js';
import { Fleet, numbers, reaches, warm } from './cache-fleet.setup.js';

describe('what a process of the fleet could not tell Redis', () => {
  const fleet = new Fleet();
  let journal: MemoryInvalidationJournal;
  const join = () => fleet.join({ callTimeoutMs: 100, journal });
  const isSettled = async (): Promise<void> => expect(await journal.waiting(10)).toEqual([]);
  beforeEach(() => {
    // The same for all processes, as a database is.
    journal = new MemoryInvalidationJournal();
  });

  it('is told by another, while it is cut off itself', async () => {
    const [cutOff, other] = [await join(), await join()];
    await warm([cutOff, other], 'k', 1);
    await warm([cutOff, other], 'tagged', 1);
    await cutOff.proxy.down();
    await reaches(cutOff.caches, 'detached');
    await cutOff.caches.use(numbers).delete('k');
    await cutOff.caches.invalidateTags(['fleet:tagged']);
    await eventually(async () => {
      expect(await other.caches.use(numbers).getMany(['k', 'tagged'])).toEqual([
        undefined,
        undefined,
      ]);
    });
    expect(cutOff.caches.link().state).toBe('detached');
    await eventually(isSettled);
  });

  it('is never served by who starts after it died, although Redis kept the value', async () => {
    const dying = await join();
    await warm([dying], 'k', 1);
    await dying.proxy.down();
    await reaches(dying.caches, 'detached');
    await dying.caches.use(numbers).delete('k');
    // Nothing of it is left but what it wrote down.
    await dying.caches.close();
    const heir = await join();
    expect(await heir.caches.use(numbers).get('k')).toBeUndefined();
    await isSettled();
  });

  it('is settled by itself when it is back, and then nobody does it again', async () => {
    const [back, other] = [await join(), await join()];
    await warm([back, other], 'k', 1);
    await back.proxy.down();
    await reaches(back.caches, 'detached');
    await back.caches.use(numbers).delete('k');
    await back.proxy.up();
    await reaches(back.caches, 'coherent');
    await eventually(async () => expect(await other.caches.use(numbers).get('k')).toBeUndefined());
    await eventually(isSettled);
    expect(back.caches.link().owedInvalidations).toBe(0);
  });
});
