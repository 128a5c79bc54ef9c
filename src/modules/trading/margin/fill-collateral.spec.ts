import fc from 'fast-check';
import { money, type Money } from '../../../kernel/money.js';
import { canPay } from '../execution/fill-cover.js';
import { collateralOfFill, freedBy } from './fill-collateral.js';

const position = (quantity: string, collateral = '0') => ({
  quantity: money(quantity),
  collateral: money(collateral),
});
const fill = (side: 'buy' | 'sell', quantity: string, price: string, fee = '0') => ({
  side,
  quantity: money(quantity),
  price: money(price),
  fee: money(fee),
});
const RICH = { released: money(0), free: money(1_000_000) };

describe('what buying back frees', () => {
  it.each([
    // 1,500 behind 10.
    ['-10', '4', '600'],
    ['-10', '10', '1500'],
    ['-10', '15', '1500'],
    ['10', '4', '0'],
  ])('with %s shares and %s bought is %s', (held, bought, freed) => {
    const before = { quantity: money(held), collateral: money('1500') };
    expect(freedBy(before, money(bought)).toFixed()).toBe(freed);
  });
});

describe('what a fill puts behind a short position', () => {
  it.each([
    ['a sale of what is held', position('10'), fill('sell', '10', '50'), '0'],
    ['a purchase of who owes nothing', position('0'), fill('buy', '10', '50'), '0'],
    ['a short sale: 150 %', position('0'), fill('sell', '10', '50'), '750'],
    ['one more of who owes already', position('-5', '400'), fill('sell', '10', '50'), '750'],
    ['a purchase of a part: its part', position('-10', '750'), fill('buy', '4', '50'), '-300'],
    [
      'a purchase of all: all',
      position('-3', '100.0000000001'),
      fill('buy', '3', '10'),
      '-100.0000000001',
    ],
  ])('%s', (_what, before, traded, collateral) => {
    expect(collateralOfFill(before, traded, RICH).toFixed()).toBe(collateral);
  });

  it('is freed beyond its part where the purchase cannot be paid otherwise, up to what is there', () => {
    const before = position('-10', '750');
    const paid = (price: string) =>
      collateralOfFill(before, fill('buy', '4', price, '1'), {
        released: money(50),
        free: money(20),
      }).toFixed();
    // 4 × 80 + 1 − 50 − 20 = 251 are less than 300.
    expect(paid('80')).toBe('-300');
    // 4 × 100 + 1 − 70 = 331.
    expect(paid('100')).toBe('-331');
    expect(paid('300')).toBe('-750');
  });

  it('comes back to the last digit, in however many parts it is bought back, and pays for them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 }),
        (shares, units, parts) => {
          const price = money(units).div(1_000);
          let owed: Money = money(shares);
          let collateral = collateralOfFill(
            position('0'),
            fill('sell', `${shares}`, price.toFixed()),
            RICH,
          );
          const all = collateral;
          let freed = money(0);
          for (const part of [...parts, shares]) {
            const bought = owed.lt(part) ? owed : money(part);
            if (bought.isZero()) break;
            const before = { quantity: owed.negated(), collateral };
            const cover = fill('buy', bought.toFixed(), price.toFixed());
            const nothing = { released: money(0), free: money(0) };
            const change = collateralOfFill(before, cover, nothing);
            const held = { cash: money(0), shares: money(0) };
            expect(canPay(cover, held, money(0), change)).toBe(true);
            expect(change.negated().gte(freedBy(before, bought))).toBe(true);
            collateral = collateral.plus(change);
            freed = freed.minus(change);
            owed = owed.minus(bought);
          }
          expect(collateral.toFixed()).toBe('0');
          expect(freed.eq(all)).toBe(true);
        },
      ),
    );
  });
});
