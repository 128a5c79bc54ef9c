import fc from 'fast-check';
import {
  checkDefinition,
  defineCache,
  LEASE_TTL_MS,
  policyOf,
  type CacheDefinition,
} from './cache-definition.js';

const plain: CacheDefinition<string, number> = {
  name: 'test.plain',
  namespace: 'general',
  key: (key) => key,
  ttlMs: 1_000,
};

describe('the declaration of a cache', () => {
  it.each<Partial<CacheDefinition<string, number>>>([
    {},
    { ttlMs: 1 },
    { refreshAfterMs: 1_000 },
    { hardTimeoutMs: LEASE_TTL_MS - 1 },
    { softTimeoutMs: 15_000 },
    { softTimeoutMs: 10, hardTimeoutMs: 10 },
    { jitter: 0 },
    { jitter: 0.5 },
    { version: 1 },
    { graceMs: 1, negativeTtlMs: 1 },
  ])('may be %j', (part) => {
    expect(() => checkDefinition({ ...plain, ...part })).not.toThrow();
  });

  it.each<Partial<CacheDefinition<string, number>>>([
    { name: '' },
    { refreshAfterMs: 1_001 },
    // A lease would end under its load.
    { hardTimeoutMs: LEASE_TTL_MS },
    { softTimeoutMs: 15_001 },
    { softTimeoutMs: 11, hardTimeoutMs: 10 },
    { jitter: -0.1 },
    { jitter: 0.51 },
    { jitter: NaN },
  ])('may not be %j', (part) => {
    expect(() => checkDefinition({ ...plain, ...part })).toThrow(
      expect.objectContaining({ code: 'cache.invalid_definition' }),
    );
  });

  it('takes whole positive times, and no others', () => {
    const times = ['ttlMs', 'negativeTtlMs', 'refreshAfterMs', 'graceMs', 'softTimeoutMs'] as const;
    const bad = fc.oneof(
      fc.constantFrom(0, NaN, Infinity, -Infinity),
      fc.integer({ max: 0 }),
      fc.double({ noInteger: true }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...times, 'hardTimeoutMs', 'version'), bad, (field, value) => {
        expect(() => checkDefinition({ ...plain, [field]: value })).toThrow('needs a name');
      }),
    );
  });

  it('cannot be changed once it is made', () => {
    const made = defineCache(plain) as { ttlMs: number };
    expect(() => (made.ttlMs = 1)).toThrow(TypeError);
  });

  it('refreshes nothing, keeps nothing past its end and waits for its source, unless it says so', () => {
    expect(policyOf(plain)).toEqual({
      jitter: 0.1,
      refreshAfterMs: Infinity,
      graceMs: 0,
      softTimeoutMs: Infinity,
      hardTimeoutMs: 15_000,
      compressAboveBytes: 2_048,
    });
  });
});
