import { assertTransition, isWorking, ORDER_STATUSES } from './order-state.js';

describe('the life of an order', () => {
  it.each(['filled', 'cancelled', 'rejected'] as const)('ends at %s for good', (final) => {
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
    ['open', 'filled'],
    ['open', 'cancelled'],
  ] as const)('goes from %s to %s', (from, to) => {
    expect(isWorking(from)).toBe(true);
    expect(() => assertTransition(from, to)).not.toThrow();
  });
});
