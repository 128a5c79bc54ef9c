import { OwedRemovals } from './owed-removals.js';

const done = async (): Promise<boolean> => true;
const failed = async (): Promise<boolean> => false;

describe('removals that are owed', () => {
  let owed: OwedRemovals;
  beforeEach(() => {
    owed = new OwedRemovals('http:');
  });

  it('cover what was named, until it is gone', async () => {
    owed.addKeys(['http:a', 'http:b']);
    expect(['http:a', 'http:b', 'http:c'].map((key) => owed.covers(key))).toEqual([
      true,
      true,
      false,
    ]);
    await owed.settle(failed, failed);
    expect(owed.covers('http:a')).toBe(true);
    const removed: string[] = [];
    await owed.settle(async (keys) => removed.push(...keys) > 0, failed);
    expect(removed).toEqual(['http:a', 'http:b']);
    expect(owed.isEmpty).toBe(true);
  });

  it('cover all keys of a stem', async () => {
    owed.addStem('http:x:');
    expect(owed.covers('http:x:1')).toBe(true);
    expect(owed.covers('http:y')).toBe(false);
    await owed.settle(done, done);
    expect(owed.isEmpty).toBe(true);
  });

  it('cover everything when there are too many to name', async () => {
    owed.addKeys(Array.from({ length: 1_001 }, (_, i) => `http:${i}`));
    expect(owed.covers('http:never named')).toBe(true);
    const stems: string[] = [];
    await owed.settle(failed, async (stem) => stems.push(stem) > 0);
    expect(stems).toEqual(['http:']);
    expect(owed.isEmpty).toBe(true);
  });

  it('do not cover what a newer value has replaced', () => {
    owed.addKeys(['http:a']);
    owed.forget('http:a');
    expect(owed.isEmpty).toBe(true);
  });

  it('stay where they came to be owed again while they were removed', async () => {
    owed.addKeys(['http:a', 'http:b']);
    owed.addStem('http:x:');
    await owed.settle(
      async () => {
        owed.addKeys(['http:a']);
        return true;
      },
      async () => {
        owed.addStem('http:x:');
        return true;
      },
    );
    expect(['http:a', 'http:b', 'http:x:1'].map((key) => owed.covers(key))).toEqual([
      true,
      false,
      true,
    ]);
  });
});
