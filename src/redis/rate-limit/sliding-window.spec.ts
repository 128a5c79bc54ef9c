import fc from 'fast-check';
import { checkConsumption, takeFromWindow } from './sliding-window.js';

const policies = fc.record({
  name: fc.constant('test'),
  limit: fc.integer({ min: 1, max: 8 }),
  windowMs: fc.integer({ min: 1, max: 50 }),
});
/** Calls in order of time: how long after the one before, and what they cost. */
const calls = fc.array(
  fc.record({ afterMs: fc.integer({ min: 0, max: 30 }), cost: fc.integer({ min: 1, max: 8 }) }),
  { maxLength: 60 },
);

interface Taken {
  readonly atMs: number;
  readonly cost: number;
}

/** Units taken in the window that ends at `nowMs`, counted anew from all that was ever taken. */
function unitsInWindow(taken: readonly Taken[], nowMs: number, windowMs: number): number {
  return taken
    .filter(({ atMs }) => atMs > nowMs - windowMs && atMs <= nowMs)
    .reduce((sum, { cost }) => sum + cost, 0);
}

describe('the sliding window', () => {
  it('never lets more than the limit through in any window, nor refuses what has room', () => {
    fc.assert(
      fc.property(policies, calls, (policy, sequence) => {
        const state: number[] = [];
        const taken: Taken[] = [];
        let nowMs = 1_000;
        for (const { afterMs, cost: anyCost } of sequence) {
          nowMs += afterMs;
          const cost = Math.min(anyCost, policy.limit);
          const before = unitsInWindow(taken, nowMs, policy.windowMs);
          const decision = takeFromWindow(state, nowMs, policy, cost);
          expect(decision.allowed).toBe(before + cost <= policy.limit);
          if (decision.allowed) taken.push({ atMs: nowMs, cost });
          // Any window with too much in it would have one that ends at a unit of it.
          expect(unitsInWindow(taken, nowMs, policy.windowMs)).toBeLessThanOrEqual(policy.limit);
          expect(decision.remaining).toBe(decision.allowed ? policy.limit - before - cost : 0);
        }
      }),
    );
  });

  it('names the first moment at which the same cost has room, and the first with all of it', () => {
    fc.assert(
      fc.property(policies, calls, (policy, sequence) => {
        const state: number[] = [];
        let nowMs = 1_000;
        for (const { afterMs, cost: anyCost } of sequence) {
          nowMs += afterMs;
          const cost = Math.min(anyCost, policy.limit);
          const { allowed, retryAfterMs, resetMs } = takeFromWindow(state, nowMs, policy, cost);
          const allowedAt = (ms: number, units: number): boolean =>
            takeFromWindow([...state], nowMs + ms, policy, units).allowed;
          expect(allowedAt(resetMs, policy.limit)).toBe(true);
          expect(allowedAt(resetMs - 1, policy.limit)).toBe(false);
          if (allowed) {
            expect(retryAfterMs).toBe(0);
          } else {
            expect(allowedAt(retryAfterMs, cost)).toBe(true);
            expect(allowedAt(retryAfterMs - 1, cost)).toBe(false);
          }
        }
      }),
    );
  });

  it('remembers no more than the limit', () => {
    fc.assert(
      fc.property(policies, calls, (policy, sequence) => {
        const state: number[] = [];
        let nowMs = 0;
        for (const { afterMs, cost } of sequence) {
          nowMs += afterMs;
          takeFromWindow(state, nowMs, policy, Math.min(cost, policy.limit));
          expect(state.length).toBeLessThanOrEqual(policy.limit);
        }
      }),
    );
  });
});

describe('a consumption', () => {
  it.each([
    [{ name: '', limit: 1, windowMs: 1 }, 1],
    [{ name: 'x', limit: NaN, windowMs: 1 }, 1],
    [{ name: 'x', limit: 1, windowMs: Infinity }, 1],
    [{ name: 'x', limit: 1, windowMs: 1 }, -1],
  ])('of %j with cost %s is a mistake', (policy, cost) => {
    expect(() => checkConsumption(policy, cost)).toThrow(
      expect.objectContaining({ code: 'rate_limit.invalid' }),
    );
  });
});
