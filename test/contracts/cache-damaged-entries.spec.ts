import '../support/quiet.js';
import { defineCache } from '../../src/redis/cache/cache-definition.js';
import { eventually } from '../support/eventually.js';
import { ttlsByKey } from '../support/keyspace.js';
import { commandOf, Fleet, numbers } from './cache-fleet.setup.js';

describe('an entry in Redis that somebody damaged', () => {
  const fleet = new Fleet();

  it.each([
    ['its end', (text: string) => `!!!!!!!!!${text.slice(9)}`],
    ['its beginning', (text: string) => `${text.slice(0, 9)}_________${text.slice(18)}`],
    ['the way it is packed', (text: string) => `${text.slice(0, 18)}?${text.slice(19)}`],
  ])('at %s is a miss, and nothing of it stays in the process', async (_, damage) => {
    const [writer, reader] = [await fleet.join(), await fleet.join()];
    await writer.caches.use(numbers).set('k', 1);
    const command = commandOf(writer);
    const keys = [...(await ttlsByKey(command, fleet.prefix)).keys()];
    const [key = ''] = keys.filter((one) => one.endsWith(':general:k'));
    const text = (await command.get(key)) ?? '';
    await command.set(key, damage(text), 'PX', 60_000);
    const cache = reader.caches.use(numbers);
    expect(await cache.get('k')).toBeUndefined();
    expect(reader.caches.statistics()[0]).toMatchObject({ unreadable: 1, localEntries: 0 });
    expect(await cache.getOrSet('k', async () => 2)).toBe(2);
  });

  it('counts in the process by the length of its JSON, however it is packed there', async () => {
    const [writer, reader] = [await fleet.join(), await fleet.join()];
    const packed = defineCache<string, string>({
      ...{ name: 'test.packed', namespace: 'general', key: (id: string) => `packed:${id}` },
      ttlMs: 60_000,
    });
    const value = 'long '.repeat(10_000);
    await writer.caches.use(packed).set('a', value);
    // The message of the change drops what was read before it came.
    await eventually(async () => {
      expect(await reader.caches.use(packed).get('a')).toBe(value);
      expect(reader.caches.statistics()[0]?.localBytes).toBeGreaterThan(value.length);
    });
  });
});
