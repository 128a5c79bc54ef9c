import '../../support/quiet.js';
import { parseConfig } from '../../../src/config/config.js';
import { defineCache } from '../../../src/redis/cache/cache-definition.js';
import { definePrefetch, Prefetch } from '../../../src/redis/cache/prefetch/prefetch.js';
import { createKeyBuilder } from '../../../src/redis/keys/redis-key.js';
import { createMemoryDrivers } from '../../../src/redis/memory.drivers.js';
import { ManualClock } from '../../support/manual-clock.js';

const quotes = defineCache<string, string>({
  name: 'test.quotes',
  namespace: 'market',
  key: (symbol) => `q:${symbol}`,
  ttlMs: 60_000,
});
const candles = defineCache<string, string>({
  name: 'test.candles',
  namespace: 'market',
  key: (symbol) => `c:${symbol}`,
  ttlMs: 60_000,
});
const declared = definePrefetch({
  name: 'test.charts',
  minConfidence: 0.6,
  maxConcurrent: 4,
  maxPerSecond: 100,
  withinMs: 10_000,
});

function setUp(changed: Partial<typeof declared> = {}) {
  const clock = new ManualClock();
  const { caches } = createMemoryDrivers(
    parseConfig({ NODE_ENV: 'test' }),
    createKeyBuilder('test'),
    clock,
  );
  const loads = { quote: 0, candles: 0 };
  const read = {
    quote: (symbol: string) =>
      caches.use(quotes).getOrSet(symbol, async () => `q${(loads.quote += 1)}`),
    candles: (symbol: string) =>
      caches.use(candles).getOrSet(symbol, async () => `c${(loads.candles += 1)}`),
  };
  const state = { isFit: true };
  const prefetch = new Prefetch<string>(
    { ...declared, ...changed },
    {
      loads: read,
      keyOf: (symbol) => symbol,
      isFit: () => state.isFit,
      nowMs: () => clock.nowMs(),
    },
  );
  return { clock, read, loads, prefetch, state };
}
type Bench = ReturnType<typeof setUp>;
const settled = () => new Promise((next) => setTimeout(next, 2));

/** @returns the share of reads of bars that found them there */
async function play(
  bench: Bench,
  readers: number,
  opensChart: (reader: number) => boolean,
  isOn = true,
) {
  const { clock, read, loads, prefetch } = bench;
  let reads = 0;
  let misses = 0;
  for (let reader = 0; reader < readers; reader += 1) {
    const [actor, symbol] = [`user${reader}`, `S${reader}`];
    await read.quote(symbol);
    if (isOn) prefetch.noteRead(actor, 'quote', symbol);
    await settled();
    clock.advance(100);
    if (opensChart(reader)) {
      const before = loads.candles;
      await read.candles(symbol);
      reads += 1;
      misses += loads.candles - before;
      if (isOn) prefetch.noteRead(actor, 'candles', symbol);
    } else if (isOn) prefetch.noteRead(actor, 'quote', `T${reader}`);
    clock.advance(100);
  }
  return (reads - misses) / reads;
}

describe('a prefetch', () => {
  it('has most of what readers ask for next ready for them, where all else is the same', async () => {
    const opensChart = (reader: number) => reader % 5 !== 0;
    expect(await play(setUp(), 200, opensChart, false)).toBe(0);
    const bench = setUp();
    expect(await play(bench, 200, opensChart)).toBeGreaterThan(0.8);
    const { predicted, used } = bench.prefetch.statistics();
    expect(used / predicted).toBeGreaterThan(0.35);
  });

  it('fetches nothing where readers have no such habit', async () => {
    const bench = setUp();
    expect(await play(bench, 100, (reader) => reader % 2 === 0)).toBe(0);
    expect(bench.prefetch.statistics()).toMatchObject({ predicted: 0 });
  });

  it('fetches nothing while the process or the store is not fit for it', async () => {
    const bench = setUp();
    bench.state.isFit = false;
    expect(await play(bench, 60, () => true)).toBe(0);
    expect(bench.prefetch.statistics()).toMatchObject({ predicted: 0 });
    expect(bench.prefetch.statistics().forgone).toBeGreaterThan(20);
  });

  it('fetches no more at once, nor per second, than it may', async () => {
    const bench = setUp({ maxPerSecond: 3 });
    await play(bench, 40, () => true);
    const before = bench.prefetch.statistics().predicted;
    bench.clock.advance(60_000);
    for (let i = 0; i < 50; i += 1) bench.prefetch.noteRead(`late${i}`, 'quote', `L${i}`);
    expect(bench.prefetch.statistics().predicted - before).toBe(3);
    const narrow = setUp({ maxConcurrent: 2 });
    await play(narrow, 40, () => true);
    const earlier = narrow.prefetch.statistics().predicted;
    for (let i = 0; i < 50; i += 1) narrow.prefetch.noteRead(`late${i}`, 'quote', `L${i}`);
    expect(narrow.prefetch.statistics().predicted - earlier).toBe(2);
  });

  it('spares the reader an error of what nobody asked for', async () => {
    const bench = setUp();
    await play(bench, 40, () => true);
    const failing = new Prefetch<string>(declared, {
      loads: { quote: async () => 1, candles: () => Promise.reject(new Error('away')) },
      keyOf: (symbol) => symbol,
      isFit: () => true,
    });
    for (let i = 0; i < 60; i += 1) {
      failing.noteRead(`u${i}`, 'quote', `S${i}`);
      failing.noteRead(`u${i}`, 'candles', `S${i}`);
    }
    await settled();
    expect(failing.statistics().predicted).toBeGreaterThan(0);
  });

  it.each([
    ['a guess', { minConfidence: 0.3 }],
    ['no load at once', { maxConcurrent: 0 }],
    ['no name', { name: '' }],
  ])('refuses a declaration with %s', (_, change) => {
    expect(() => setUp(change)).toThrow(
      expect.objectContaining({ code: 'cache.invalid_definition' }),
    );
  });
});
