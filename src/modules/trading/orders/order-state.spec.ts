import fc from 'fast-check';
import { assertTransition, isWorking, ORDER_STATUSES, WORKING_STATUSES } from './order-state.js';

const FINAL = ['filled', 'cancelled', 'rejected', 'expired', 'replaced'] as const;

describe('the life of an order', () => {
  it.each(FINAL)('ends at %s for good', (final) => {
    expect(isWorking(final)).toBe(false);
    for (const next of ORDER_STATUSES) {
      expect(() => assertTransition(final, next)).toThrow(
        expect.objectContaining({ code: 'trading.order_final' }),
      );
    }
  });

  it('never returns to accepted', () => {
    for (const status of ORDER_STATUSES) {
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

  it('never calls an order rejected that has traded', () => {
    expect(() => assertTransition('partially_filled', 'rejected')).toThrow(
      expect.objectContaining({ code: 'trading.order_final' }),
    );
  });

  it('works or has ended, nothing between, along any path of steps that it allows', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ORDER_STATUSES), { maxLength: 20 }), (wanted) => {
        let status: (typeof ORDER_STATUSES)[number] = 'accepted';
        for (const next of wanted) {
          const isFinal = FINAL.some((final) => final === status);
          expect(WORKING_STATUSES.some((working) => working === status)).toBe(!isFinal);
          try {
            assertTransition(status, next);
          } catch {
            continue;
          }
          expect(isFinal).toBe(false);
          status = next;
        }
      }),
    );
  });
});
