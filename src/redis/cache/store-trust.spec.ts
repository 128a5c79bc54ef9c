import { StoreTrust } from './store-trust.js';

/** A store that is away until it is told otherwise, and what it was told to remove. */
function setUp() {
  const store = { away: true, removed: [] as string[] };
  const clock = { nowMs: () => 1_000_000 };
  const trust = new StoreTrust(clock, async (keys) => {
    if (store.away) throw new Error('away');
    store.removed.push(...keys);
  });
  return { store, trust };
}
/** One more try of the store, and what follows from it. */
const aMoment = () => jest.advanceTimersByTimeAsync(500);

describe('the trust in the store', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('is there at first, for whatever the store holds', () => {
    const { trust } = setUp();
    expect(trust.isBelieved).toBe(true);
    expect(trust.covers(0)).toBe(true);
  });

  it('comes back only when the store has taken every removal that it missed', async () => {
    const { store, trust } = setUp();
    trust.owe(['a', 'b']);
    trust.owe(['a', 'c']);
    await aMoment();
    expect(trust.isBelieved).toBe(false);
    store.away = false;
    await aMoment();
    expect(trust.isBelieved).toBe(true);
    expect(store.removed.sort()).toEqual(['a', 'b', 'c']);
  });

  it('does not reach back to what was written before', async () => {
    const { store, trust } = setUp();
    trust.lose();
    store.away = false;
    await aMoment();
    expect(trust.isBelieved).toBe(true);
    expect(trust.covers(999_999)).toBe(false);
    expect(trust.covers(1_000_000 + 5_000)).toBe(true);
  });

  it('is not given for a connection that was lost again meanwhile', async () => {
    const { store, trust } = setUp();
    trust.owe(['a']);
    store.away = false;
    const push = store.removed.push.bind(store.removed);
    store.removed.push = (...keys: string[]) => {
      trust.lose();
      store.removed.push = push;
      return push(...keys);
    };
    await aMoment();
    expect(trust.isBelieved).toBe(false);
    await aMoment();
    expect(trust.isBelieved).toBe(true);
  });

  it('remembers a bounded number of removals, the latest', async () => {
    const { store, trust } = setUp();
    for (let i = 0; i < 10_100; i += 1) trust.owe([`k${i}`]);
    store.away = false;
    await aMoment();
    expect(store.removed).toHaveLength(10_000);
    expect(store.removed[0]).toBe('k100');
  });
});
