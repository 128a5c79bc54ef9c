import fc from 'fast-check';
import type { RateLimiter, RateLimitPolicy } from '../../src/kernel/rate-limiter.js';

export interface RateLimitFixture {
  readonly here: RateLimiter;
  /** Another instance, where there can be one. */
  readonly there: RateLimiter;
  /** Sets the limiter's clock ahead, or back. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

const policy: RateLimitPolicy = { name: 'orders.place', limit: 5, windowMs: 10_000 };
const bucket: RateLimitPolicy = { ...policy, name: 'bucket', algorithm: 'token-bucket' };
const fixed: RateLimitPolicy = { ...policy, name: 'fixed', algorithm: 'fixed-window' };

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

    it.each([policy, bucket, fixed])(
      'lets the limit through and says what is left: $name',
      async (any) => {
        const left: number[] = [];
        for (let i = 0; i < 5; i += 1) {
          const decision = await (i % 2 === 0 ? here : there).consume(any, 'ada');
          expect(decision).toMatchObject({ allowed: true, limit: 5, retryAfterMs: 0 });
          expect(decision.resetMs).toBeGreaterThan(0);
          // A unit counts from the end of its step on, which is a part of a ms here.
          expect(decision.resetMs).toBeLessThanOrEqual(10_001);
          left.push(decision.remaining);
        }
        expect(left).toEqual([4, 3, 2, 1, 0]);
        expect(await here.consume(any, 'ada')).toMatchObject({ allowed: false, remaining: 0 });
      },
    );

    it.each(['sliding-window', 'token-bucket', 'fixed-window'] as const)(
      'lets exactly the limit through of a thousand who come at once: %s',
      async (algorithm) => {
        // Nothing comes back while they are at it.
        const crowd = { name: 'crowd', limit: 100, windowMs: 86_400_000, algorithm };
        const decisions = await Promise.all(
          Array.from({ length: 1_000 }, (_, i) =>
            (i % 2 === 0 ? here : there).consume(crowd, 'ada'),
          ),
        );
        expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(100);
      },
    );

    it('counts subjects and policies apart', async () => {
      await here.consume(policy, 'ada', 5);
      expect(await here.consume(policy, 'bob')).toMatchObject({ allowed: true });
      expect(await here.consume({ ...policy, name: 'orders.cancel' }, 'ada')).toMatchObject({
        allowed: true,
      });
      expect(await here.consume(policy, 'ada')).toMatchObject({ allowed: false });
    });

    it.each([policy, bucket, fixed])('takes the cost whole or not at all: $name', async (any) => {
      expect(await here.consume(any, 'ada', 3)).toMatchObject({ allowed: true, remaining: 2 });
      expect(await there.consume(any, 'ada', 3)).toMatchObject({ allowed: false, remaining: 2 });
      expect(await here.consume(any, 'ada', 2)).toMatchObject({ allowed: true, remaining: 0 });
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
      expect(await here.consume(policy, 'ada', 3)).toMatchObject({ allowed: false, remaining: 2 });
      expect(await here.consume(policy, 'ada', 2)).toMatchObject({ allowed: true, remaining: 0 });
    });

    it('refills a bucket evenly', async () => {
      await here.consume(bucket, 'ada', 5);
      await fixture.pass(4_000);
      expect(await there.consume(bucket, 'ada', 3)).toMatchObject({ allowed: false, remaining: 2 });
      expect(await there.consume(bucket, 'ada', 2)).toMatchObject({ allowed: true, remaining: 0 });
      await fixture.pass(60_000);
      expect(await here.consume(bucket, 'ada', 5)).toMatchObject({ allowed: true, remaining: 0 });
    });

    it('empties a fixed window at once, one window after its first unit', async () => {
      await here.consume(fixed, 'ada');
      await fixture.pass(9_000);
      await here.consume(fixed, 'ada', 4);
      const { allowed, retryAfterMs, resetMs } = await there.consume(fixed, 'ada');
      expect(allowed).toBe(false);
      expect(retryAfterMs).toBeLessThanOrEqual(1_000);
      expect(resetMs).toBe(retryAfterMs);
      await fixture.pass(retryAfterMs);
      expect(await here.consume(fixed, 'ada', 5)).toMatchObject({ allowed: true });
    });

    it.each([policy, bucket, fixed])(
      'says when the same cost will be let through, and is right: $name',
      async (any) => {
        await here.consume(any, 'ada', 2);
        await fixture.pass(1_000);
        await here.consume(any, 'ada', 3);
        const { retryAfterMs, resetMs } = await here.consume(any, 'ada', 3);
        expect(retryAfterMs).toBeGreaterThan(0);
        expect(resetMs).toBeGreaterThanOrEqual(retryAfterMs);
        await fixture.pass(retryAfterMs);
        expect(await here.consume(any, 'ada', 3)).toMatchObject({ allowed: true });
      },
    );

    it.each([policy, bucket, fixed])(
      'says when the whole limit is there again, and is right: $name',
      async (any) => {
        await here.consume(any, 'ada', 2);
        await fixture.pass(1_000);
        const { resetMs } = await here.consume(any, 'ada', 1);
        await fixture.pass(resetMs);
        expect(await here.consume(any, 'ada', 5)).toMatchObject({ allowed: true, remaining: 0 });
      },
    );

    it('never lets more than a limit of thousands through in any window, though it remembers few moments', async () => {
      const many = { name: 'many', limit: 1_000, windowMs: 10_000 };
      const calls = fc.sample(
        fc.record({
          afterMs: fc.integer({ min: 0, max: 400 }),
          cost: fc.integer({ min: 1, max: 200 }),
        }),
        300,
      );
      const taken: { atMs: number; cost: number }[] = [];
      let nowMs = 0;
      for (const { afterMs, cost } of calls) {
        await fixture.pass(afterMs);
        nowMs += afterMs;
        const { allowed } = await here.consume(many, 'ada', cost);
        if (allowed) taken.push({ atMs: nowMs, cost });
        // A real clock goes on besides: what counts here was within the window at any rate.
        const inside = taken.filter(({ atMs }) => atMs > nowMs - many.windowMs + 5_000);
        const units = inside.reduce((sum, one) => sum + one.cost, 0);
        expect(units).toBeLessThanOrEqual(many.limit);
      }
      expect(taken.length).toBeGreaterThan(10);
    });

    describe('asked for several limits at once', () => {
      const ip = { name: 'ip', limit: 3, windowMs: 10_000 };
      const user = { name: 'user', limit: 5, windowMs: 10_000 };
      const ask = (address: string, who: string) =>
        here.consumeAll([
          { policy: ip, subject: address },
          { policy: user, subject: who },
        ]);

      it('takes from all of them', async () => {
        const { allowed, decisions } = await ask('a', 'ada');
        expect(allowed).toBe(true);
        expect(decisions.map(({ limit, remaining }) => [limit, remaining])).toEqual([
          [3, 2],
          [5, 4],
        ]);
      });

      it('takes from none of them when one has no room, and says which', async () => {
        for (let i = 0; i < 3; i += 1) await ask('a', 'ada');
        const { allowed, decisions } = await ask('a', 'ada');
        expect(allowed).toBe(false);
        expect(decisions).toEqual([
          expect.objectContaining({ allowed: false, exceeded: true, remaining: 0 }),
          expect.objectContaining({
            allowed: true,
            exceeded: false,
            remaining: 2,
            retryAfterMs: 0,
          }),
        ]);
        // The refusals above cost the user nothing.
        const elsewhere = await ask('b', 'ada');
        expect(elsewhere.decisions[1]).toMatchObject({ remaining: 1 });
      });

      it('spends nothing in part, however many ask at once', async () => {
        const verdicts = await Promise.all(
          Array.from({ length: 200 }, (_, i) =>
            (i % 2 === 0 ? here : there).consumeAll([
              { policy: { ...ip, limit: 40 }, subject: i < 100 ? 'a' : 'b' },
              { policy: { ...user, limit: 60 }, subject: 'ada' },
            ]),
          ),
        );
        expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(60);
        const left = async (address: string) =>
          (await here.consume({ ...ip, limit: 1_000 }, address)).remaining;
        // 60 of 2 × 1,000 were taken, and two to find out.
        expect((await left('a')) + (await left('b'))).toBe(2_000 - 62);
      });

      it('refuses to be asked for one of them twice, or for none', async () => {
        const twice = [ip, ip].map((one) => ({ policy: one, subject: 'a' }));
        for (const checks of [twice, []]) {
          await expect(here.consumeAll(checks)).rejects.toMatchObject({
            code: 'rate_limit.invalid',
          });
        }
      });

      it('lets a shadow limit count and never refuse', async () => {
        const shadow = { name: 'shadow', limit: 2, windowMs: 10_000, shadow: true };
        const both = () =>
          here.consumeAll([
            { policy: shadow, subject: 'ada' },
            { policy: user, subject: 'ada' },
          ]);
        for (let i = 0; i < 2; i += 1) expect((await both()).allowed).toBe(true);
        const { allowed, decisions } = await both();
        expect(allowed).toBe(true);
        expect(decisions).toEqual([
          expect.objectContaining({ allowed: true, exceeded: true, remaining: 0 }),
          expect.objectContaining({ allowed: true, exceeded: false, remaining: 2 }),
        ]);
      });
    });

    it('keeps who was refused away for as long as the policy says', async () => {
      const strict = { ...policy, name: 'strict', blockMs: 60_000 };
      await here.consume(strict, 'ada', 5);
      const { retryAfterMs } = await here.consume(strict, 'ada');
      expect(retryAfterMs).toBeGreaterThan(59_000);
      expect(retryAfterMs).toBeLessThanOrEqual(60_000);
      await fixture.pass(30_000);
      // The window is long over. Asking again does not begin the block anew.
      expect(await there.consume(strict, 'ada')).toMatchObject({ allowed: false, remaining: 0 });
      await fixture.pass(30_000);
      expect(await here.consume(strict, 'ada', 5)).toMatchObject({ allowed: true });
    });

    it('holds to other figures from the moment they are asked for, with what was taken', async () => {
      await here.consume(policy, 'ada', 4);
      const lower = { ...policy, limit: 3 };
      expect(await there.consume(lower, 'ada')).toMatchObject({ allowed: false, remaining: 0 });
      const higher = { ...policy, limit: 6 };
      expect(await there.consume(higher, 'ada')).toMatchObject({ allowed: true, remaining: 1 });
    });

    it('counts anew by another algorithm, and goes on by it', async () => {
      for (const from of [policy, bucket, fixed]) {
        for (const to of [policy, bucket, fixed]) {
          const one = { ...from, name: `${from.name}-${to.name}` };
          const other = { ...to, name: one.name };
          await here.consume(one, 'ada', 5);
          expect(await here.consume(other, 'ada')).toMatchObject({ allowed: from !== to });
          expect(await there.consume(other, 'ada', 4)).toMatchObject({ allowed: from !== to });
          expect(await here.consume(other, 'ada')).toMatchObject({ allowed: false });
        }
      }
    });

    it.each([policy, bucket, fixed])(
      'gives nothing back early when its clock is set back, and is right again one window later: $name',
      async (any) => {
        await here.consume(any, 'ada', 5);
        await fixture.pass(-3_600_000);
        expect(await here.consume(any, 'ada')).toMatchObject({ allowed: false });
        const { retryAfterMs } = await there.consume(any, 'ada', 5);
        expect(retryAfterMs).toBeLessThanOrEqual(10_001);
        await fixture.pass(10_002);
        expect(await here.consume(any, 'ada', 5)).toMatchObject({ allowed: true });
      },
    );

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
