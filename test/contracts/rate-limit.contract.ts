import type { RateLimiter, RateLimitPolicy } from '../../src/kernel/rate-limiter.js';

export interface RateLimitFixture {
  readonly here: RateLimiter;
  /** Another instance, where there can be one. */
  readonly there: RateLimiter;
  /** Lets time pass for the limiter. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

const policy: RateLimitPolicy = { name: 'orders.place', limit: 5, windowMs: 10_000 };

/** What every rate limiter promises (`RateLimiter`). */
export function describeRateLimitContract(
  driver: string,
  setup: () => Promise<RateLimitFixture>,
): void {
  describe(`a ${driver} rate limiter`, () => {
    let fixture: RateLimitFixture;
    let here: RateLimiter;
    let there: RateLimiter;
    beforeEach(async () => {
      fixture = await setup();
      ({ here, there } = fixture);
    });
    afterEach(() => fixture.close());

    it('lets the limit through and says what is left', async () => {
      const left: number[] = [];
      for (let i = 0; i < 5; i += 1) {
        const decision = await (i % 2 === 0 ? here : there).consume(policy, 'ada');
        expect(decision).toMatchObject({ allowed: true, limit: 5, retryAfterMs: 0 });
        expect(decision.resetMs).toBeGreaterThan(0);
        expect(decision.resetMs).toBeLessThanOrEqual(10_000);
        left.push(decision.remaining);
      }
      expect(left).toEqual([4, 3, 2, 1, 0]);
      expect(await here.consume(policy, 'ada')).toMatchObject({ allowed: false, remaining: 0 });
    });

    it('lets exactly the limit through of a thousand who come at once', async () => {
      const crowd = { name: 'crowd', limit: 100, windowMs: 60_000 };
      const decisions = await Promise.all(
        Array.from({ length: 1_000 }, (_, i) => (i % 2 === 0 ? here : there).consume(crowd, 'ada')),
      );
      expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(100);
    });

    it('counts subjects and policies apart', async () => {
      await here.consume(policy, 'ada', 5);
      expect(await here.consume(policy, 'bob')).toMatchObject({ allowed: true });
      expect(await here.consume({ ...policy, name: 'orders.cancel' }, 'ada')).toMatchObject({
        allowed: true,
      });
      expect(await here.consume(policy, 'ada')).toMatchObject({ allowed: false });
    });

    it('takes the cost whole or not at all', async () => {
      expect(await here.consume(policy, 'ada', 3)).toMatchObject({ allowed: true, remaining: 2 });
      expect(await there.consume(policy, 'ada', 3)).toMatchObject({ allowed: false, remaining: 0 });
      expect(await here.consume(policy, 'ada', 2)).toMatchObject({ allowed: true, remaining: 0 });
    });

    it('does not count what it refuses', async () => {
      await here.consume(policy, 'ada', 5);
      for (let i = 0; i < 20; i += 1) await here.consume(policy, 'ada');
      await fixture.pass(10_002);
      expect(await here.consume(policy, 'ada', 5)).toMatchObject({ allowed: true });
    });

    it('slides: units come back one window after they were taken, not before', async () => {
      await here.consume(policy, 'ada', 2);
      await fixture.pass(4_000);
      await here.consume(policy, 'ada', 3);
      await fixture.pass(4_000);
      expect(await here.consume(policy, 'ada')).toMatchObject({ allowed: false });
      await fixture.pass(2_500);
      // The first two are back, the three after them are not.
      expect(await here.consume(policy, 'ada', 3)).toMatchObject({ allowed: false });
      expect(await here.consume(policy, 'ada', 2)).toMatchObject({ allowed: true, remaining: 0 });
    });

    it('says when the same cost will be let through, and is right', async () => {
      await here.consume(policy, 'ada', 2);
      await fixture.pass(1_000);
      await here.consume(policy, 'ada', 3);
      const { retryAfterMs, resetMs } = await here.consume(policy, 'ada', 3);
      expect(retryAfterMs).toBeGreaterThan(0);
      expect(resetMs).toBeGreaterThanOrEqual(retryAfterMs);
      await fixture.pass(retryAfterMs);
      expect(await here.consume(policy, 'ada', 3)).toMatchObject({ allowed: true });
    });

    it('says when the whole limit is there again, and is right', async () => {
      await here.consume(policy, 'ada', 2);
      await fixture.pass(1_000);
      const { resetMs } = await here.consume(policy, 'ada', 1);
      await fixture.pass(resetMs);
      expect(await here.consume(policy, 'ada', 5)).toMatchObject({ allowed: true, remaining: 0 });
    });

    it.each([
      ['a cost above the limit', policy, 6],
      ['no cost', policy, 0],
      ['half a unit', policy, 0.5],
      ['no limit', { ...policy, limit: 0 }, 1],
      ['no window', { ...policy, windowMs: 0 }, 1],
      ['a colon in its name', { ...policy, name: 'a:b' }, 1],
    ])('refuses %s as a mistake', async (_, bad, cost) => {
      await expect(here.consume(bad, 'ada', cost)).rejects.toMatchObject({
        code: 'rate_limit.invalid',
      });
    });
  });
}
