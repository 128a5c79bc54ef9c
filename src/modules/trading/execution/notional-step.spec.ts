import fc from 'fast-check';
import { ID, NOW_MS, plain, quote, slipping } from '../../../../test/support/paper-quote.js';
import { money } from '../../../kernel/money.js';
import type { OrderSide } from '../orders/order.js';
import type { TimeInForce } from '../orders/time-in-force.js';
import { executionStep, type ExecutionStep } from './execution-step.js';

describe('an order by notional', () => {
  /** Shares, price, shares of the order, whether it is done. */
  const textOf = (found: ExecutionStep) => {
    if (found.kind !== 'fill') return found;
    const { fill, orderQuantity, isLast } = found;
    return [fill.quantity.toFixed(), fill.price.toFixed(), orderQuantity?.toFixed(), isLast];
  };
  const byNotional = (
    side: OrderSide,
    usd: string,
    changes: Partial<{ shares: string; filled: string; timeInForce: TimeInForce }> = {},
    paper = plain,
    on = quote(),
  ) => {
    const { shares, filled = '0', timeInForce = 'gtc' } = changes;
    return executionStep(
      {
        id: ID,
        drawKey: 'x',
        acceptedAt: new Date(NOW_MS),
        // An estimate by some quote of before.
        terms: { side, type: 'market', quantity: money('7'), limitPrice: undefined },
        timeInForce,
        filledQuantity: money(filled),
        budget: { usd: money(usd), ...(shares !== undefined && { shares: money(shares) }) },
        lastFillQuoteAsOf: null,
      },
      on,
      { paper, nowMs: NOW_MS },
    );
  };

  it('buys what its USD pay for at the quote of its turn, not at that of its acceptance', () => {
    // 1,000 / 100.10 = 9.99000999…
    expect(textOf(byNotional('buy', '1000'))).toEqual(['9.990009', '100.1', '9.990009', true]);
  });

  it('buys fewer where the price slips, and is done with them: what that takes off is not left to trade', () => {
    // 100.10 × 1.0005, rounded up, is 100.1501; 1,000 / 100.1501 = 9.98501249….
    const slipped = byNotional('buy', '1000', {}, slipping('5'));
    expect(textOf(slipped)).toEqual(['9.985012', '100.1501', '9.985012', true]);
    // By size: 99.900099 of the 200 would slip to 100.60; the 99.403578 that are paid with that slip to 100.5976.
    const bySize = byNotional('buy', '10000', {}, slipping('0', '100'));
    expect(textOf(bySize)).toEqual(['99.403578', '100.5976', '99.403578', true]);
  });

  it('sells what brings its USD at most, and no more than is held back for it', () => {
    // 500 / 99.90 = 5.005005005…
    const sold = (shares: string) => textOf(byNotional('sell', '500', { shares }));
    expect(sold('5.1')).toEqual(['5.005005', '99.9', '5.005005', true]);
    expect(sold('5.001')).toEqual(['5.001', '99.9', '5.001', true]);
  });

  it('takes a tick at a time, and says how many shares it comes to at its price', () => {
    // 200 are offered; 100,100 USD pay for 1,000 at 100.10.
    const found = byNotional('buy', '100100', { filled: '3' });
    expect(textOf(found)).toEqual(['200', '100.1', '1003', false]);
    expect(byNotional('buy', '100100', { timeInForce: 'fok' })).toMatchObject({ kind: 'end' });
  });

  it('ends where nothing is left that could be ordered', () => {
    const ended = { kind: 'end', status: 'cancelled', reason: 'notional_spent' };
    expect(byNotional('buy', '0.0001')).toEqual(ended);
    expect(byNotional('sell', '0', { shares: '1' })).toEqual(ended);
  });

  it('never pays more than its USD, whatever slips', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3_000_000 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 1, max: 999_999 }),
        (cents, bps, sizeBps, askCents) => {
          const usd = money(cents).div(100);
          const on = quote({ bid: '0.01', ask: money(askCents).div(100).toFixed() });
          const found = byNotional('buy', usd.toFixed(), {}, slipping(`${bps}`, `${sizeBps}`), on);
          if (found.kind !== 'fill') return;
          const { quantity, price } = found.fill;
          expect(quantity.times(price).lte(usd)).toBe(true);
          expect(quantity.lte(found.orderQuantity ?? 0)).toBe(true);
          expect(found.isLast).toBe(quantity.eq(found.orderQuantity ?? 0));
        },
      ),
    );
  });
});
