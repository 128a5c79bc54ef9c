import { money } from '../../../kernel/money.js';
import {
  initialCollateral,
  initialMargin,
  isTooMuch,
  maintenanceCollateral,
  maintenanceMargin,
} from './short-margin.js';

describe('the margin of a short sale', () => {
  it.each([
    // Below 5 USD: the greater of 100 % and 2.50 USD.
    ['1', '2.5'],
    ['2.5', '2.5'],
    ['4', '4'],
    ['4.99', '4.99'],
    // From 5 USD on: the greater of 30 % and 5 USD.
    ['5', '5'],
    ['16', '5'],
    ['20', '6'],
    ['100', '30'],
  ])('must be kept: at %s USD a share %s, as FINRA rule 4210(c) has it', (price, margin) => {
    expect(maintenanceMargin(money(price)).toFixed()).toBe(margin);
  });

  it.each([
    // Half of the price, as Regulation T has it, and never less than what must be kept.
    ['100', '50'],
    ['10', '5'],
    ['8', '5'],
    ['4', '4'],
    ['1', '2.5'],
  ])('is put there first: at %s USD a share %s', (price, margin) => {
    expect(initialMargin(money(price)).toFixed()).toBe(margin);
  });

  it('stands behind it together with what the sale brought', () => {
    expect(initialCollateral(money(100), money(50)).toFixed()).toBe('7500');
    expect(maintenanceCollateral(money(100), money(50)).toFixed()).toBe('6500');
  });

  it('is freed once the price has fallen by so much that it is worth an entry', () => {
    // 100 × 50 × 1.5 × 1.05.
    expect(isTooMuch(money('7875'), money(100), money(50))).toBe(false);
    expect(isTooMuch(money('7875.01'), money(100), money(50))).toBe(true);
  });
});
