import fc from 'fast-check';
import { money, type Money } from '../../../kernel/money.js';
import { applyFill, cashChange, NO_POSITION, unrealizedPnl, type Fill } from './position.js';

const buy = (quantity: number, price: string): Fill => ({
  side: 'buy',
  quantity: money(quantity),
  price: money(price),
});
const sell = (quantity: number, price: string): Fill => ({ ...buy(quantity, price), side: 'sell' });
const text = (position: { quantity: Money; averageCost: Money; realizedPnl: Money }) => ({
  quantity: position.quantity.toString(),
  averageCost: position.averageCost.toString(),
  realizedPnl: position.realizedPnl.toString(),
});

describe('applyFill', () => {
  it('averages what was paid', () => {
    const position = [buy(10, '100'), buy(30, '110')].reduce(applyFill, NO_POSITION);
    expect(text(position)).toEqual({ quantity: '40', averageCost: '107.5', realizedPnl: '0' });
  });

  it('realises the difference to the average cost, and keeps it', () => {
    const position = [buy(10, '100'), buy(10, '110'), sell(5, '120')].reduce(
      applyFill,
      NO_POSITION,
    );
    expect(text(position)).toEqual({ quantity: '15', averageCost: '105', realizedPnl: '75' });
  });

  it('forgets the cost of what is gone, not what was won', () => {
    const position = [buy(10, '100'), sell(10, '90'), buy(1, '50')].reduce(applyFill, NO_POSITION);
    expect(text(position)).toEqual({ quantity: '1', averageCost: '50', realizedPnl: '-100' });
  });

  it('keeps the books balanced: cash spent is what is held at cost less what was won', () => {
    const fills = fc.array(
      fc.record({
        buy: fc.boolean(),
        quantity: fc.integer({ min: 1, max: 1_000 }),
        cents: fc.integer({ min: 1, max: 1_000_000 }),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(fills, (history) => {
        let position = NO_POSITION;
        let cash = money(0);
        for (const step of history) {
          const price = money(step.cents).div(100);
          const quantity = step.buy ? money(step.quantity) : position.quantity;
          if (quantity.isZero()) continue;
          const fill: Fill = { side: step.buy ? 'buy' : 'sell', quantity, price };
          position = applyFill(position, fill);
          cash = cash.plus(cashChange(fill));
        }
        const atCost = position.quantity.times(position.averageCost);
        // Averages are divisions of 40 digits: equal to far below what the database keeps.
        expect(cash.plus(atCost).minus(position.realizedPnl).abs().lt('1e-20')).toBe(true);
        expect(position.quantity.gte(0)).toBe(true);
      }),
    );
  });
});

describe('unrealizedPnl', () => {
  it('is what selling everything now would win', () => {
    expect(unrealizedPnl(applyFill(NO_POSITION, buy(10, '100')), money('101.5')).toString()).toBe(
      '15',
    );
  });
});
