import { InvalidationLog } from './invalidation-log.js';
import { LocalTier } from './local-tier.js';

const slot = (key: string, since = 0) => ({ key, tagKeys: ['tag'], since });

describe('the local tier', () => {
  it('holds no more entries than it may; the least used leaves first', () => {
    const tier = new LocalTier(2, Infinity, new InvalidationLog());
    tier.put(slot('a'), 1, 1_000, 0);
    tier.put(slot('b'), 2, 1_000, 0);
    tier.get('a');
    tier.put(slot('c'), 3, 1_000, 0);
    expect(['a', 'b', 'c'].map((key) => tier.get(key)?.value)).toEqual([1, undefined, 3]);
  });

  it('keeps nothing that has no time left', () => {
    const tier = new LocalTier(2, Infinity, new InvalidationLog());
    tier.put(slot('a'), 1, 0, 0);
    tier.put(slot('b'), 1, -5, 0);
    expect(tier.get('a')).toBeUndefined();
    expect(tier.get('b')).toBeUndefined();
  });

  it('drops an entry whose tag was invalidated after it was looked for, and only then', () => {
    const log = new InvalidationLog();
    const tier = new LocalTier(2, Infinity, log);
    log.mark('tag');
    tier.put(slot('a', log.now()), 1, 1_000, 0);
    log.mark('other');
    expect(tier.get('a')?.value).toBe(1);
    log.mark('tag');
    expect(tier.get('a')).toBeUndefined();
  });
});
