import fc from 'fast-check';
import {
  assertTransition,
  isFinal,
  isWorking,
  ORDER_STATUSES,
  UNFINISHED_STATUSES,
} from './order-state.js';

const FINAL = ['filled', 'cancelled', 'rejected', 'expired', 'replaced'] as const;

describe('the life of an order', () => {
  it.each(FINAL)('ends at %s for good', (final) => {
    expect(isWorking(final)).toBe(false);
    expect(isFinal(final)).toBe(true);
    for (const next of ORDER_STATUSES) {
      expect(() => assertTransition(final, next)).toThrow(
        expect.objectContaining({ code: 'trading.order_final' }),
      );
    }
  });

  it('begins to work as accepted once, and never returns to it', () => {
    for (const status of ORDER_STATUSES) {
      if (status === 'held') continue;
      expect(() => assertTransition(status, 'accepted')).toThrow(
        expect.objectContaining({ kind: 'conflict' }),
      );
    }
  });

  it.each([
    ['accepted', 'filled'],
    ['accepted', 'open'],
    ['open', 'open'],
    ['open', 'filled'],
    ['open', 'cancelled'],
    ['open', 'partially_filled'],
    ['partially_filled', 'partially_filled'],
    ['partially_filled', 'expired'],
    ['partially_filled', 'replaced'],
  ] as const)('goes from %s to %s', (from, to) => {
    expect(isWorking(from)).toBe(true);
    expect(() => assertTransition(from, to)).not.toThrow();
  });

  it('of a leg of a group is held first: it cannot trade, and can be ended', () => {
    expect(isWorking('held')).toBe(false);
    expect(isFinal('held')).toBe(false);
    for (const next of ORDER_STATUSES) {
      const step = () => assertTransition('held', next);
      if (['held', 'accepted', 'cancelled', 'replaced'].includes(next)) expect(step).not.toThrow();
      else expect(step).toThrow(expect.objectContaining({ code: 'trading.order_final' }));
    }
  });

  it('never calls an order rejected that has traded', () => {
    expect(() => assertTransition('partially_filled', 'rejected')).toThrow(
      expect.objectContaining({ code: 'trading.order_final' }),
    );
  });

  it('goes on or has ended, nothing between, along any path of steps that it allows', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ORDER_STATUSES), { maxLength: 20 }), (wanted) => {
        let status: (typeof ORDER_STATUSES)[number] = 'held';
        for (const next of wanted) {
          const hasEnded = FINAL.some((final) => final === status);
          expect(UNFINISHED_STATUSES.some((unfinished) => unfinished === status)).toBe(!hasEnded);
          try {
            assertTransition(status, next);
          } catch {
            continue;
          }
          expect(hasEnded).toBe(false);
          status = next;
        }
      }),
    );
  });
});
