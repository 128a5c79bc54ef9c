import fc from 'fast-check';
import type { RateLimitAlgorithm } from '../../../kernel/rate-limiter.js';
import { GuardedCount } from './guarded-count.js';
import { MOST_SINGLE_UNITS, ruleOf, type LimitRule } from './limit-rule.js';
import { SlidingWindow } from './sliding-window.js';

const WINDOW_MS = 10;
const ruleFor = (limit: number, algorithm: RateLimitAlgorithm, steps?: number): LimitRule =>
  ruleOf({ name: 'test', limit, windowMs: WINDOW_MS, algorithm }, steps, steps);

/** Calls in order of time: how long after the one before, and what they cost. */
const calls = fc.array(
  fc.record({
    afterUs: fc.integer({ min: 0, max: 6_000 }),
    cost: fc.integer({ min: 1, max: 8 }),
  }),
  { maxLength: 60 },
);
const limits = fc.integer({ min: 1, max: 8 });

interface Taken {
  readonly atUs: number;
  readonly cost: number;
}

/** Asks for all of it in turn. @returns what was let through; `onCall` sees each call before it is decided */
function letThrough(
  rule: LimitRule,
  sequence: readonly { afterUs: number; cost: number }[],
  onCall: (call: { atUs: number; cost: number; waitUs: number; taken: readonly Taken[] }) => void,
  count: SlidingWindow | GuardedCount = new GuardedCount(rule.algorithm),
): Taken[] {
  const taken: Taken[] = [];
  let atUs = 1_000_000;
  for (const { afterUs, cost: anyCost } of sequence) {
    atUs += afterUs;
    const cost = Math.min(anyCost, rule.limit);
    const waitUs = count.waitUs(rule, atUs, cost);
    onCall({ atUs, cost, waitUs, taken });
    if (waitUs > 0) continue;
    count.take(rule, atUs, cost);
    taken.push({ atUs, cost });
  }
  return taken;
}

/** Units taken from `fromUs` on, but not at `toUs`, counted anew from all that was ever taken. */
function unitsBetween(taken: readonly Taken[], fromUs: number, toUs: number): number {
  return taken
    .filter(({ atUs }) => atUs >= fromUs && atUs < toUs)
    .reduce((sum, { cost }) => sum + cost, 0);
}

/** The most units that any stretch of that length holds: one with most of them begins at a unit. */
function mostIn(taken: readonly Taken[], lengthUs: number): number {
  return Math.max(0, ...taken.map(({ atUs }) => unitsBetween(taken, atUs, atUs + lengthUs)));
}

describe('a sliding window', () => {
  it('never lets more than the limit through in any window, nor refuses what has room', () => {
    fc.assert(
      fc.property(limits, calls, (limit, sequence) => {
        const rule = ruleFor(limit, 'sliding-window');
        const taken = letThrough(rule, sequence, ({ atUs, cost, waitUs, taken: before }) => {
          // A window of so few ms has steps of 1 µs.
          const inWindow = unitsBetween(before, atUs - rule.windowUs + 1, atUs + 1);
          expect(waitUs === 0).toBe(inWindow + cost <= limit);
        });
        expect(mostIn(taken, rule.windowUs)).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('remembers few moments of large limits: never too much comes through, and nothing is kept for more than a step too long', () => {
    const steps = 4;
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 40 }), calls, (limit, sequence) => {
        const rule = ruleFor(limit, 'sliding-window', steps);
        const window = new SlidingWindow();
        const taken = letThrough(
          rule,
          sequence,
          ({ atUs, cost, waitUs, taken: before }) => {
            const kept = unitsBetween(before, atUs - rule.windowUs - rule.stepUs + 1, atUs + 1);
            if (waitUs > 0) expect(kept + cost).toBeGreaterThan(limit);
            expect(window.taken(rule, atUs).length).toBeLessThanOrEqual(steps + 1);
          },
          window,
        );
        expect(mostIn(taken, rule.windowUs)).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('has fine steps up to so many units a window, and coarse ones above', () => {
    const stepOf = (limit: number) => ruleOf({ name: 'test', limit, windowMs: 60_000 }).stepUs;
    expect(stepOf(MOST_SINGLE_UNITS)).toBe(1_875);
    expect(stepOf(MOST_SINGLE_UNITS + 1)).toBe(600_000);
  });
});

describe('a token bucket', () => {
  it('never lets more through in any time than it holds and is refilled with meanwhile', () => {
    fc.assert(
      fc.property(limits, calls, (limit, sequence) => {
        const rule = ruleFor(limit, 'token-bucket');
        const taken = letThrough(rule, sequence, () => undefined);
        for (const first of taken) {
          for (const last of taken.filter(({ atUs }) => atUs >= first.atUs)) {
            const units = unitsBetween(taken, first.atUs, last.atUs + 1);
            const refilled = ((last.atUs - first.atUs) * limit) / rule.windowUs;
            expect(units).toBeLessThanOrEqual(limit + refilled + 1e-9);
          }
        }
      }),
    );
  });

  it('never refuses who spaces his calls', () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 1, max: 100 }), (limit, times) => {
        const rule = ruleFor(limit, 'token-bucket');
        const afterUs = Math.ceil(rule.windowUs / limit);
        const sequence = Array.from({ length: times }, () => ({ afterUs, cost: 1 }));
        expect(letThrough(rule, sequence, () => undefined)).toHaveLength(times);
      }),
    );
  });
});

describe('a fixed window', () => {
  it('lets the limit through from its first unit to its end, and forgets all of it then', () => {
    fc.assert(
      fc.property(limits, calls, (limit, sequence) => {
        const rule = ruleFor(limit, 'fixed-window');
        let endsAtUs = 0;
        let used = 0;
        letThrough(rule, sequence, ({ atUs, cost, waitUs }) => {
          if (atUs >= endsAtUs) used = 0;
          expect(waitUs === 0).toBe(used + cost <= limit);
          if (waitUs > 0) expect(waitUs).toBe(endsAtUs - atUs);
          if (waitUs > 0) return;
          if (used === 0) endsAtUs = atUs + rule.windowUs;
          used += cost;
        });
      }),
    );
  });
});

describe.each(['sliding-window', 'token-bucket', 'fixed-window'] as const)('%s', (algorithm) => {
  it('names the first moment at which the same cost has room, and the first with all of it', () => {
    fc.assert(
      fc.property(limits, calls, (limit, sequence) => {
        const rule = ruleFor(limit, algorithm);
        // Asked ahead of time, it would take it for a clock that is set back afterwards: each look has its own count.
        const replay = (steps: typeof sequence) => {
          const count = new GuardedCount(algorithm);
          let atUs = 1_000_000;
          for (const { afterUs, cost } of steps) {
            atUs += afterUs;
            if (count.waitUs(rule, atUs, Math.min(cost, limit)) > 0) continue;
            count.take(rule, atUs, Math.min(cost, limit));
          }
          return { count, atUs };
        };
        const { count, atUs } = replay(sequence);
        const cost = Math.min(3, limit);
        for (const [waitUs, units] of [
          [count.waitUs(rule, atUs, cost), cost],
          [count.resetUs(rule, atUs), limit],
        ] as const) {
          const hasRoomAt = (us: number) =>
            replay(sequence).count.waitUs(rule, atUs + us, units) === 0;
          expect(hasRoomAt(waitUs)).toBe(true);
          if (waitUs > 0) expect(hasRoomAt(waitUs - 1)).toBe(false);
        }
      }),
    );
  });
});
