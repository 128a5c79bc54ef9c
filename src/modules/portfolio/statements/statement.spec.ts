import fc from 'fast-check';
import { money, sumOf } from '../../../kernel/money.js';
import { hasMoved, movementBetween, openingOf, type Closing } from './statement.js';

const opening = openingOf('100000');
const closing = (changes: Partial<Closing>): Closing => ({ ...opening, ...changes });

describe('a statement', () => {
  it('takes no deposit for a gain, and no withdrawal for a loss', () => {
    const richer = closing({ cash: '150000', equity: '150000', contributed: '150000' });
    expect(movementBetween(opening, richer)).toMatchObject({
      netContributed: '50000',
      profit: '0',
    });
    expect(movementBetween(richer, opening)).toMatchObject({
      netContributed: '-50000',
      profit: '0',
    });
  });

  it('counts what is held with what was sold, and tells fees apart', () => {
    const after = closing({
      cash: '90499',
      positionsValue: '9750',
      equity: '100249',
      realizedPnl: '50',
      feesPaid: '1',
    });
    expect(movementBetween(opening, after)).toEqual({
      openingEquity: '100000',
      closingEquity: '100249',
      netContributed: '0',
      profit: '249',
      realizedPnl: '50',
      fees: '1',
    });
  });

  it('is worth nothing where nothing has moved, however the figures are written', () => {
    expect(hasMoved(opening, closing({ cash: '100000.00', feesPaid: '0.0' }))).toBe(false);
    expect(hasMoved(opening, closing({ feesPaid: '0.01' }))).toBe(true);
  });

  it('adds up with the others, whatever happened between them', () => {
    const cents = fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n });
    const amount = cents.map((value) => money(String(value)).div(1_000_000).toFixed());
    const day = fc.record({
      cash: amount,
      positionsValue: amount,
      contributed: amount,
      realizedPnl: amount,
      feesPaid: amount,
    });
    fc.assert(
      fc.property(amount, fc.array(day, { minLength: 1, maxLength: 20 }), (startingCash, days) => {
        const closings = days.map((figures) => ({
          ...figures,
          equity: money(figures.cash).plus(figures.positionsValue).toFixed(),
        }));
        const before = [openingOf(startingCash), ...closings];
        const statements = closings.map((after, i) => movementBetween(before[i] ?? after, after));
        for (const one of statements) {
          const parts = sumOf([one.openingEquity, one.netContributed, one.profit]);
          expect(parts.toFixed()).toBe(money(one.closingEquity).toFixed());
        }
        // All of them together say what the first opening and the last closing say.
        const last = closings.at(-1) ?? openingOf(startingCash);
        const whole = movementBetween(openingOf(startingCash), last);
        for (const figure of ['netContributed', 'profit', 'realizedPnl', 'fees'] as const) {
          const sum = sumOf(statements.map((one) => one[figure]));
          expect([figure, sum.toFixed()]).toEqual([figure, money(whole[figure]).toFixed()]);
        }
      }),
    );
  });
});
