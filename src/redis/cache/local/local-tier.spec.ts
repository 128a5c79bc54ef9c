import fc from 'fast-check';
import { LocalTier, type LocalUsage, type LocalValue } from './local-tier.js';
import { TagTable, type Tag } from './tag-table.js';

const held = (value: unknown, part: Partial<LocalValue> = {}): LocalValue => ({
  value,
  answer: undefined,
  freshUntilMs: Infinity,
  keptUntilMs: Infinity,
  writtenAtMs: 0,
  tags: [],
  since: 0,
  bytes: 10,
  usage: { entries: 0, bytes: 0, evictions: 0 },
  ...part,
});

const tierOf = (maxEntries: number, maxBytes = Infinity) => {
  const tier = new LocalTier({ maxEntries, maxBytes });
  const index = tier.index('general');
  const get = (key: string) => tier.get(index, key)?.value;
  const put = (key: string, part?: Partial<LocalValue>) => tier.put(index, key, held(key, part));
  return { tier, index, get, put };
};

describe('the tier in the process', () => {
  it('gives up what was read least recently', () => {
    const { get, put } = tierOf(2);
    put('a');
    put('b');
    get('a');
    put('c');
    expect(['a', 'b', 'c'].map(get)).toEqual(['a', undefined, 'c']);
  });

  it('keeps the most recently used of any history, in its order', () => {
    const use = fc.record({ key: fc.constantFrom(...'abcdefgh'), isRead: fc.boolean() });
    fc.assert(
      fc.property(fc.array(use), fc.integer({ min: 1, max: 5 }), (uses, max) => {
        const { tier, index } = tierOf(max);
        let order: string[] = [];
        for (const { key, isRead } of uses) {
          const known = order.includes(key);
          if (isRead) expect(tier.get(index, key)?.value).toBe(known ? key : undefined);
          else tier.put(index, key, held(key));
          if (known || !isRead) order = [...order.filter((one) => one !== key), key].slice(-max);
        }
        expect([...tier.keys('general')].sort()).toEqual([...order].sort());
        expect(tier.entries).toBe(order.length);
      }),
    );
  });

  it('never holds more bytes than it may, and counts them for each cache', () => {
    const sizes = fc.array(
      fc.record({ key: fc.constantFrom(...'abcd'), bytes: fc.integer({ min: 0, max: 900 }) }),
    );
    fc.assert(
      fc.property(sizes, (puts) => {
        const { tier, index } = tierOf(100, 2_000);
        const usage: LocalUsage = { entries: 0, bytes: 0, evictions: 0 };
        for (const { key, bytes } of puts) {
          tier.put(index, key, held(key, { bytes, usage }));
          expect(tier.bytes).toBeLessThanOrEqual(2_000);
          expect(usage).toMatchObject({ entries: tier.entries, bytes: tier.bytes });
        }
        tier.clear();
        expect(usage).toMatchObject({ entries: 0, bytes: 0 });
      }),
    );
  });

  it('does not make room for what is larger than all it may hold', () => {
    const { get, put } = tierOf(10, 1_000);
    put('a');
    put('huge', { bytes: 5_000 });
    expect([get('a'), get('huge')]).toEqual(['a', undefined]);
  });

  it('keeps namespaces apart', () => {
    const { tier, put, get } = tierOf(10);
    put('a');
    expect(tier.get(tier.index('users'), 'a')).toBeUndefined();
    tier.delete('users:a');
    expect(get('a')).toBe('a');
    tier.delete('general:a');
    expect(get('a')).toBeUndefined();
  });

  it('drops what was looked for before a moment, and nothing that came later', () => {
    const { tier, get, put } = tierOf(10);
    put('a', { since: 1 });
    put('b', { since: 2 });
    for (const key of ['a', 'b', 'none']) tier.deleteOlder(`general:${key}`, 2);
    expect([get('a'), get('b')]).toEqual([undefined, 'b']);
  });

  it('drops an entry of an invalidated tag, and no other', () => {
    const tags = new TagTable();
    const [mine, other] = [tags.of('mine'), tags.of('other')];
    const { get, put } = tierOf(10);
    put('a', { tags: [mine, other] });
    put('b', { tags: [other] });
    tags.drop('mine');
    expect([get('a'), get('b')]).toEqual([undefined, 'b']);
    put('a', { tags: [mine], since: tags.tick });
    expect(get('a')).toBe('a');
  });

  it('drops what carries a tag that was forgotten', () => {
    const tags = new TagTable(1);
    const mine: Tag = tags.of('mine');
    const { get, put } = tierOf(10);
    put('a', { tags: [mine] });
    tags.of('another');
    expect(get('a')).toBeUndefined();
  });
});
