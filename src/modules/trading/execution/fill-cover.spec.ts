import { money } from '../../../kernel/money.js';
import { canPay, heldFor, type HoldingOrder, type PaidFill } from './fill-cover.js';

const fill = (side: 'buy' | 'sell', quantity: string, price: string, fee: string): PaidFill => ({
  side,
  quantity: money(quantity),
  price: money(price),
  fee: money(fee),
});

describe('what an order held back for a fill', () => {
  // A buy of 10 shares, 990 for them and 10 for fees.
  const order: HoldingOrder = {
    cash: money('1000'),
    shares: money(0),
    fees: money('10'),
    left: money('10'),
  };
  it.each([
    ['a part: 4/10 of 990, and its fee', order, '4', '399', '3'],
    ['the last: all that is left', order, '10', '1000', '10'],
    ['by notional: 4 × 90, and its fee', { ...order, isByNotional: true }, '4', '363', '3'],
  ])('is of %s', (_what, held, quantity, cash, fees) => {
    const released = heldFor(held, fill('buy', quantity, '90', '3'));
    expect([released.cash.toFixed(), released.fees.toFixed()]).toEqual([cash, fees]);
  });
});

describe('a fill can be paid', () => {
  const released = (cash: string) => ({ cash: money(cash), shares: money(0) });
  it('of a short sale with what was held back for its margin', () => {
    // 7,500 go behind it, of which it brings 5,000; and a fee of 2.
    const sale = fill('sell', '100', '50', '2');
    const paid = (held: string) => canPay(sale, released(held), money(0), money('7500'));
    expect([paid('2502'), paid('2501.99')]).toEqual([true, false]);
  });

  it('of a sale that brings cash whatever is free, so that a debit becomes less', () => {
    const debit = money('-100');
    expect(canPay(fill('sell', '1', '50', '1'), released('0'), debit)).toBe(true);
    expect(canPay(fill('sell', '1', '1', '3'), released('0'), debit)).toBe(false);
    expect(canPay(fill('buy', '1', '1', '0'), released('50'), debit)).toBe(false);
  });

  it('of a sale that costs more than it brings from free cash alone', () => {
    const sale = fill('sell', '1', '1', '3');
    expect(canPay(sale, released('100'), money('1.99'))).toBe(false);
    expect(canPay(sale, released('100'), money('2'))).toBe(true);
  });
});
