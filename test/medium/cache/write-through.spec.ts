import { parseConfig } from '../../../src/config/config.js';
import { systemClock } from '../../../src/kernel/clock.js';
import { defineCache } from '../../../src/redis/cache/cache-definition.js';
import { WriteThrough } from '../../../src/redis/cache/writing/write-through.js';
import { createKeyBuilder } from '../../../src/redis/keys/redis-key.js';
import { createMemoryDrivers } from '../../../src/redis/memory.drivers.js';

const noteCache = defineCache<string, unknown>({
  name: 'test.note',
  namespace: 'general',
  key: (id) => `note:${id}`,
  ttlMs: 60_000,
});

function setUp() {
  const { caches } = createMemoryDrivers(
    parseConfig({ NODE_ENV: 'test' }),
    createKeyBuilder('test'),
    systemClock,
  );
  const source = new Map<string, unknown>();
  const delaysMs: number[] = [];
  const notes = new WriteThrough(caches, noteCache, async (id, value) => {
    await new Promise((written) => setTimeout(written, delaysMs.shift() ?? 0));
    if (value === 'bad') throw new Error('refused');
    source.set(id, value);
    return value;
  });
  return { notes, source, delaysMs, cache: caches.use(noteCache) };
}

describe('a write-through', () => {
  it('writes the source, and readers see it without asking there', async () => {
    const { notes, source, cache } = setUp();
    expect(await notes.write('a', 'one')).toBe('one');
    expect(source.get('a')).toBe('one');
    expect(await cache.getOrSet('a', () => Promise.reject(new Error('asked')))).toBe('one');
  });

  it('shows what the source has when it refuses: it may have written, and its answer be lost', async () => {
    const { notes, source, cache } = setUp();
    await notes.write('a', 'one');
    await expect(notes.write('a', 'bad')).rejects.toThrow('refused');
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.getOrSet('a', async () => source.get('a'))).toBe('one');
    expect(await notes.write('a', 'two')).toBe('two');
  });

  it('leaves the value of the last write, however long the source takes for each', async () => {
    const { notes, source, delaysMs, cache } = setUp();
    delaysMs.push(30, 1, 10);
    await Promise.all(['one', 'two', 'three'].map((text) => notes.write('a', text)));
    expect([source.get('a'), await cache.get('a')]).toEqual(['three', 'three']);
  });

  it('keeps no older value when the cache cannot hold the new one, and does not fail', async () => {
    const { notes, cache } = setUp();
    await notes.write('a', 'one');
    await notes.write('a', 10n);
    expect(await cache.get('a')).toBeUndefined();
  });
});
