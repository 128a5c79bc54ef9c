import fc from 'fast-check';
import { money, type Money } from '../../../kernel/money.js';
import { replayFill, type ClosedTrade, type ReplayedFill } from './closed-trades.js';
import { cashChange, NO_POSITION, unrealizedPnl, type Position } from './position.js';

const fill = (side: 'buy' | 'sell', quantity: Money | number, price: Money | string) =>
  ({
    id: 'execution',
    orderId: 'order',
    symbol: 'AAPL',
    side,
    quantity: money(quantity),
    price: money(price),
    executedAt: new Date(0),
  }) satisfies ReplayedFill;

/** One symbol's history. */
function replay(fills: readonly ReplayedFill[]) {
  let position: Position = NO_POSITION;
  const closed: ClosedTrade[] = [];
  for (const one of fills) {
    const step = replayFill(position, one);
    position = step.position;
    if (step.closed) closed.push(step.closed);
  }
  return { position, closed };
}

const sum = (amounts: readonly Money[]) =>
  amounts.reduce((total, amount) => total.plus(amount), money(0));

describe('replayFill', () => {
  it('closes a trade with each sale, at the average cost of what was held', () => {
    const { closed } = replay([
      fill('buy', 10, '100'),
      fill('buy', 10, '110'),
      fill('sell', 5, '120'),
      fill('sell', 15, '101'),
    ]);
    expect(closed.map((trade) => trade.realizedPnl.toString())).toEqual(['75', '-60']);
    expect(closed.map((trade) => trade.averageCost.toString())).toEqual(['105', '105']);
  });

  it('rounds as the database does: what was closed adds up to what is stored', () => {
    // A third of a dollar has no end.
    const { position, closed } = replay([
      fill('buy', 1, '1'),
      fill('buy', 2, '2'),
      fill('sell', 1, '3'),
      fill('sell', 2, '3'),
    ]);
    expect(position.realizedPnl.toString()).toBe('3.9999999999');
    expect(sum(closed.map(({ realizedPnl }) => realizedPnl)).eq(position.realizedPnl)).toBe(true);
  });

  it('leaves nothing out: closed and open profit are what the equity gained', () => {
    const steps = fc.array(
      fc.record({
        buy: fc.boolean(),
        quantity: fc.integer({ min: 1, max: 1_000 }),
        cents: fc.integer({ min: 1, max: 1_000_000 }),
      }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 1_000_000 }), (history, nowCents) => {
        const fills: ReplayedFill[] = [];
        let held = 0;
        for (const { buy, quantity, cents } of history) {
          const traded = buy ? quantity : Math.min(quantity, held);
          if (traded === 0) continue;
          held += buy ? traded : -traded;
          fills.push(fill(buy ? 'buy' : 'sell', traded, money(cents).div(100)));
        }
        const { position, closed } = replay(fills);
        const price = money(nowCents).div(100);
        const gained = sum(fills.map(cashChange)).plus(price.times(held));
        const told = sum(closed.map(({ realizedPnl }) => realizedPnl)).plus(
          unrealizedPnl(position, price),
        );
        // Averages are kept to 1e-10 USD a share: 40 roundings of up to 40,000 shares.
        expect(told.minus(gained).abs().lt('0.0001')).toBe(true);
      }),
    );
  });
});
