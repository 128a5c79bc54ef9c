import fc from 'fast-check';
import { money } from '../../../kernel/money.js';
import { betterMark, reachesStop, trailingStop } from './trigger.js';

describe('a stop', () => {
  it.each([
    ['buy', '104.99', false],
    ['buy', '105.00', true],
    ['buy', '105.01', true],
    ['sell', '105.01', false],
    ['sell', '105.00', true],
    ['sell', '104.99', true],
  ] as const)('of a %s at 105 by a last trade at %s: %s', (side, last, reached) => {
    expect(reachesStop(side, money('105'), money(last))).toBe(reached);
  });
});

describe('a trailing stop', () => {
  // 5 USD, or 5 %, from the mark of 110: 110 − 5 = 105, 110 × 0.95 = 104.5; 110 + 5 = 115, 110 × 1.05 = 115.5.
  it.each([
    ['sell', { amount: money(5) }, '105'],
    ['sell', { percent: money(5) }, '104.5'],
    ['buy', { amount: money(5) }, '115'],
    ['buy', { percent: money(5) }, '115.5'],
  ] as const)('of a %s by %j lies at %s', (side, trail, stop) => {
    expect(trailingStop(side, trail, money(110)).toFixed()).toBe(stop);
  });

  it('begins at the first price, and moves with the better ones only', () => {
    expect(betterMark('sell', undefined, money(100)).toFixed()).toBe('100');
    expect(betterMark('sell', money(100), money('100.01')).toFixed()).toBe('100.01');
    expect(betterMark('sell', money(100), money('99.99')).toFixed()).toBe('100');
    expect(betterMark('buy', money(100), money('99.99')).toFixed()).toBe('99.99');
    expect(betterMark('buy', money(100), money('100.01')).toFixed()).toBe('100');
  });

  it('never goes back, is never reached by the tick that moves it, and triggers where the price has come back by the trail', () => {
    const cents = fc.integer({ min: 100, max: 20_000 }).map((value) => money(value).div(100));
    fc.assert(
      fc.property(
        fc.constantFrom('buy' as const, 'sell' as const),
        fc.oneof(
          fc.integer({ min: 1, max: 99 }).map((amount) => ({ amount: money(amount).div(100) })),
          fc
            .integer({ min: 1, max: 9_999 })
            .map((percent) => ({ percent: money(percent).div(100) })),
        ),
        fc.array(cents, { minLength: 1, maxLength: 30 }),
        (side, trail, prices) => {
          let mark = betterMark(side, undefined, prices[0] ?? money(1));
          let stop = trailingStop(side, trail, mark);
          for (const [i, last] of prices.entries()) {
            const next = betterMark(side, mark, last);
            const moved = trailingStop(side, trail, next);
            expect(side === 'sell' ? moved.gte(stop) : moved.lte(stop)).toBe(true);
            if (!next.eq(mark)) expect(reachesStop(side, moved, last)).toBe(false);
            [mark, stop] = [next, moved];
            // The mark is the best price of all so far.
            const soFar = prices.slice(0, i + 1).map((price) => price.toNumber());
            const best = side === 'sell' ? Math.max(...soFar) : Math.min(...soFar);
            expect(mark.toNumber()).toBe(best);
          }
        },
      ),
    );
  });
});
