import fc from 'fast-check';
import { money } from '../../../kernel/money.js';
import { addTrade, NO_TRADES, profitFactor, realizedPnl, winRate } from './trade-figures.js';

const totalsOf = (amounts: readonly (string | number)[]) =>
  amounts.reduce((totals, amount) => addTrade(totals, money(amount)), NO_TRADES);

describe('figures of closed trades', () => {
  it('count what was won and lost', () => {
    const totals = totalsOf(['30', '-10', '0', '0.5']);
    expect(winRate(totals)).toBe(0.5);
    expect(profitFactor(totals)).toBe(3.05);
    expect(realizedPnl(totals).toString()).toBe('20.5');
    expect(totals).toMatchObject({ closed: 4, won: 2, lost: 1 });
  });

  it('say nothing where nothing was closed, or nothing lost', () => {
    expect(winRate(NO_TRADES)).toBeUndefined();
    expect(profitFactor(NO_TRADES)).toBeUndefined();
    expect(profitFactor(totalsOf([5]))).toBeUndefined();
    expect(profitFactor(totalsOf([-5]))).toBe(0);
  });

  it('never leave the range from 0 to 1, and add up to all that was realised', () => {
    const amounts = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1 });
    fc.assert(
      fc.property(amounts, (cents) => {
        const totals = totalsOf(cents);
        expect(winRate(totals)).toBeGreaterThanOrEqual(0);
        expect(winRate(totals)).toBeLessThanOrEqual(1);
        expect(profitFactor(totals) ?? 0).toBeGreaterThanOrEqual(0);
        const sum = cents.reduce((total, amount) => total + amount, 0);
        expect(realizedPnl(totals).toNumber()).toBe(sum);
      }),
    );
  });
});
