import { defineCounter } from '../../src/redis/cache/counters/counter-definition.js';
import type { Counter, Counters } from '../../src/redis/cache/counters/counters.js';

export interface CounterFixture {
  readonly here: Counters;
  /** Another instance, where there can be one. */
  readonly there: Counters;
  /** Lets time pass for the counters. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

const calls = defineCounter<string>({
  name: 'test.calls',
  namespace: 'ai',
  key: (userId) => `calls:${userId}`,
  ttlMs: 60_000,
});

/** What every driver of counters promises (`Counters`). */
export function describeCounterContract(
  driver: string,
  setup: () => Promise<CounterFixture>,
): void {
  describe(`a ${driver} counter`, () => {
    let fixture: CounterFixture;
    let here: Counter<string>;
    let there: Counter<string>;
    beforeEach(async () => {
      fixture = await setup();
      here = fixture.here.use(calls);
      there = fixture.there.use(calls);
    });
    afterEach(() => fixture.close());

    it('counts for all instances, from zero', async () => {
      expect(await here.get('ada')).toBe(0);
      expect(await here.increment('ada')).toBe(1);
      expect(await there.increment('ada', 41)).toBe(42);
      expect(await here.increment('ada', -2)).toBe(40);
      expect(await there.get('ada')).toBe(40);
      expect(await here.get('bob')).toBe(0);
    });

    it('gives each of a thousand who count at once a number of their own', async () => {
      const counts = await Promise.all(
        Array.from({ length: 1_000 }, (_, i) => (i % 2 === 0 ? here : there).increment('ada')),
      );
      expect(new Set(counts).size).toBe(1_000);
      expect(await here.get('ada')).toBe(1_000);
    });

    it('ends its TTL after the first increment, whatever comes later', async () => {
      await here.increment('ada');
      await fixture.pass(40_000);
      expect(await there.increment('ada')).toBe(2);
      await fixture.pass(19_000);
      expect(await here.get('ada')).toBe(2);
      await fixture.pass(1_001);
      expect(await here.get('ada')).toBe(0);
      expect(await there.increment('ada', 5)).toBe(5);
      await fixture.pass(59_000);
      expect(await here.get('ada')).toBe(5);
    });

    it('begins anew after a reset', async () => {
      await here.increment('ada', 7);
      await fixture.pass(50_000);
      await there.reset('ada');
      expect(await here.get('ada')).toBe(0);
      await here.increment('ada');
      await fixture.pass(50_000);
      expect(await there.get('ada')).toBe(1);
    });

    it('counts exactly up to the largest safe integer, and refuses to pass it', async () => {
      await here.increment('ada', Number.MAX_SAFE_INTEGER - 1);
      expect(await here.increment('ada')).toBe(Number.MAX_SAFE_INTEGER);
      for (const by of [1, 2, Number.MAX_SAFE_INTEGER]) {
        await expect(there.increment('ada', by)).rejects.toMatchObject({
          kind: 'unprocessable',
          code: 'counter.overflow',
        });
      }
      expect(await here.get('ada')).toBe(Number.MAX_SAFE_INTEGER);
      await here.increment('bob', -Number.MAX_SAFE_INTEGER);
      await expect(here.increment('bob', -1)).rejects.toMatchObject({ code: 'counter.overflow' });
    });

    it.each([0.5, NaN, Infinity, 2 ** 53])('refuses to count by %p', async (by) => {
      await expect(here.increment('ada', by)).rejects.toMatchObject({
        kind: 'invalid',
        code: 'counter.invalid_step',
      });
      expect(await here.get('ada')).toBe(0);
    });

    it.each([
      ['no name', { ...calls, name: '' }],
      ['no TTL', { ...calls, ttlMs: 0 }],
    ])('refuses a declaration with %s', (_, bad) => {
      expect(() => fixture.here.use(bad)).toThrow(
        expect.objectContaining({ code: 'counter.invalid' }),
      );
    });
  });
}
