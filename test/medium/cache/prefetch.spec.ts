import '../../support/quiet.js';
import { Logger } from '@nestjs/common';
import { parseConfig } from '../../../src/config/config.js';
import { AppError } from '../../../src/kernel/app-error.js';
import type { CacheLink } from '../../../src/redis/cache/cache.js';
import { defineCache } from '../../../src/redis/cache/cache-definition.js';
import { Prefetch } from '../../../src/redis/cache/prefetch/prefetch.js';
import { Prefetches } from '../../../src/redis/cache/prefetch/prefetches.js';
import { definePrefetch } from '../../../src/redis/cache/prefetch/prefetch-definition.js';
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

type Shape = 'quote' | 'candles';

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
  const prefetch = new Prefetch<Shape, string>(
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

  it('takes a reader who asks for the same again for one who has gone nowhere', async () => {
    const bench = setUp();
    const { clock, prefetch } = bench;
    for (let reader = 0; reader < 30; reader += 1) {
      const note = (shape: Shape) => prefetch.noteRead(`user${reader}`, shape, `S${reader}`);
      for (let poll = 0; poll < 5; poll += 1) {
        note('quote');
        clock.advance(2_000);
        await settled();
      }
      note('candles');
    }
    // Of each reader after the habit was learned: once, and not with every look.
    const { predicted, used } = prefetch.statistics();
    expect([predicted, used]).toEqual([10, 10]);
  });

  it('takes nothing that one reader asks for as the next of another', () => {
    const { prefetch } = setUp();
    for (let i = 0; i < 60; i += 1) {
      prefetch.noteRead(`first${i}`, 'quote', 'AAPL');
      prefetch.noteRead(`second${i}`, 'candles', 'AAPL');
    }
    expect(prefetch.statistics()).toMatchObject({ predicted: 0, forgone: 0 });
  });

  it('counts what nobody came for, once it is too late', async () => {
    const bench = setUp();
    await play(bench, 40, () => true);
    const { wasted, predicted } = bench.prefetch.statistics();
    bench.prefetch.noteRead('late', 'quote', 'LATE');
    expect(bench.prefetch.statistics()).toMatchObject({ predicted: predicted + 1, wasted });
    bench.clock.advance(declared.withinMs + 1);
    expect(bench.prefetch.statistics()).toMatchObject({ wasted: wasted + 1 });
    bench.prefetch.noteRead('late', 'candles', 'LATE');
    expect(bench.prefetch.statistics()).toMatchObject({ wasted: wasted + 1 });
  });

  it('fetches nothing that is only said to lead on', async () => {
    const { clock } = setUp();
    const prefetch = new Prefetch<Shape, string>(declared, {
      loads: { quote: async () => 1, candles: undefined },
      keyOf: (symbol) => symbol,
      isFit: () => true,
      nowMs: () => clock.nowMs(),
    });
    for (let i = 0; i < 60; i += 1) {
      prefetch.noteRead(`u${i}`, 'quote', `S${i}`);
      prefetch.noteRead(`u${i}`, 'candles', `S${i}`);
    }
    expect(prefetch.statistics()).toMatchObject({ predicted: 0, forgone: 0 });
  });

  it.each([
    ['spares the reader a fault', new Error('away'), ['prefetch of candles failed: away']],
    ['takes it for an answer', new AppError('not_found', 'test.nothing', 'nothing there'), []],
  ])('%s of what nobody asked for, where the source says: %s', async (_, error, logged) => {
    const warnings: unknown[] = [];
    const log = { log: () => undefined, error: () => undefined };
    Logger.overrideLogger({ ...log, warn: (message: unknown) => warnings.push(message) });
    const failing = new Prefetch<Shape, string>(declared, {
      loads: { quote: async () => 1, candles: () => Promise.reject(error) },
      keyOf: (symbol) => symbol,
      isFit: () => true,
    });
    for (let i = 0; i < 60; i += 1) {
      failing.noteRead(`u${i}`, 'quote', `S${i}`);
      failing.noteRead(`u${i}`, 'candles', `S${i}`);
    }
    await settled();
    Logger.overrideLogger(false);
    expect(failing.statistics().predicted).toBeGreaterThan(0);
    expect(warnings).toEqual(logged);
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

describe('the prefetches of a process', () => {
  const idle = { share: () => 0.2 };
  const busy = { share: () => 0.9 };
  const linked = (state: CacheLink['state']) => ({
    link: () => ({ state, owedInvalidations: 0, gaps: 0, resets: 0, errors: 0 }),
  });
  /** @returns how many of the predictions were followed, as far as the limits let them */
  function followed(
    prefetches: Prefetches,
    end: (prefetches: Prefetches) => void = () => undefined,
  ) {
    const source = {
      keyOf: (symbol: string) => symbol,
      loads: { quote: undefined, candles: async () => 1 },
    };
    const prefetch = prefetches.use<Shape, string>(declared, source);
    end(prefetches);
    for (let i = 0; i < 24; i += 1) {
      prefetch.noteRead(`u${i}`, 'quote', `S${i}`);
      prefetch.noteRead(`u${i}`, 'candles', `S${i}`);
    }
    const { predicted, forgone } = prefetch.statistics();
    expect(prefetches.statistics()).toEqual([prefetch.statistics()]);
    expect(predicted + forgone).toBe(4);
    return predicted;
  }

  it.each(['alone', 'coherent'] as const)('fetch while it stands %s', (state) => {
    expect(followed(new Prefetches(linked(state), true, idle))).toBe(4);
  });

  it.each([
    ['asks Redis on every read', new Prefetches(linked('remote'), true, idle)],
    ['cannot reach Redis', new Prefetches(linked('detached'), true, idle)],
    ['is busy', new Prefetches(linked('coherent'), true, busy)],
    ['keeps nothing', new Prefetches(linked('alone'), false, idle)],
  ])('fetch nothing while it %s', (_, prefetches) => {
    expect(followed(prefetches)).toBe(0);
  });

  it('fetch nothing any more once it ends', () => {
    const prefetches = new Prefetches(linked('alone'), true, idle);
    expect(followed(prefetches, (ending) => ending.onModuleDestroy())).toBe(0);
  });

  it('are each of a name of its own', () => {
    const prefetches = new Prefetches(linked('alone'), true, idle);
    followed(prefetches);
    expect(() => followed(prefetches)).toThrow(
      expect.objectContaining({ code: 'cache.duplicate_name' }),
    );
  });
});
