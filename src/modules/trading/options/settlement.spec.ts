import fc from 'fast-check';
import { money, moneyText, sumOf } from '../../../kernel/money.js';
import { cashChange } from '../execution/position.js';
import { settlementOrder } from './settlement-order.js';
import {
  delivery,
  isInTheMoney,
  settle,
  type HeldContract,
  type Settlement,
} from './settlement.js';

const held = (
  right: 'call' | 'put',
  strike: number,
  contracts: number,
  averageCost: number,
): HeldContract => ({
  right,
  strike: money(strike),
  quantity: money(contracts).times(100),
  averageCost: money(averageCost),
});
const has = (cash: number | string, shares = 0) => ({ cash: money(cash), shares: money(shares) });
const told = ({ kind, legs }: Settlement) => [
  kind,
  ...legs.map(
    ({ of, side, quantity, price }) => `${side} ${quantity.toFixed()} ${of} at ${price.toFixed()}`,
  ),
];
const cashOf = (legs: Settlement['legs']) => sumOf(legs.map(cashChange));

describe('the end of a contract', () => {
  it('is exercise from a cent in the money on', () => {
    expect(['0.01', '0.009999', '0', '25'].map((text) => isInTheMoney(money(text)))).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it('gives the shares of a call for the strike, with what the contract cost', () => {
    // 2 contracts, bought at 4.50: 200 shares at 150 cost 30,000, and have cost 154.50 each with the premium.
    const settlement = settle(held('call', 150, 2, 4.5), money(10), has(30_000));
    expect(told(settlement)).toEqual([
      'option_exercise',
      'sell 200 contract at 4.5',
      'buy 200 underlying at 154.5',
    ]);
    expect(cashOf(settlement.legs).toFixed()).toBe('-30000');
  });

  it('delivers the shares of a put for the strike, less what the contract cost', () => {
    const settlement = settle(held('put', 150, 1, 3), money(20), has(0, 100));
    expect(told(settlement)).toEqual([
      'option_exercise',
      'sell 100 contract at 3',
      'sell 100 underlying at 147',
    ]);
    expect(cashOf(settlement.legs).toFixed()).toBe('15000');
  });

  it('pays what exercising gives where cash or shares do not suffice', () => {
    const call = settle(held('call', 150, 2, 4.5), money(10), has('29999.99'));
    expect(told(call)).toEqual(['option_exercise', 'sell 200 contract at 10']);
    const put = settle(held('put', 150, 2, 4.5), money(7), has(0, 199));
    expect(told(put)).toEqual(['option_exercise', 'sell 200 contract at 7']);
  });

  it('is worth nothing out of the money', () => {
    const settlement = settle(held('call', 150, 3, 2), money('0.009'), has(1_000_000));
    expect(told(settlement)).toEqual(['option_expiry', 'sell 300 contract at 0']);
    const written = settle(held('put', 150, -3, 2), money(0), has(0));
    expect(told(written)).toEqual(['option_expiry', 'buy 300 contract at 0']);
  });

  it('assigns what was written: shares for the strike and the premium', () => {
    // A call written at 4.50: its shares bring 150 and the 4.50, and are paid for before the contract is bought back.
    const call = settle(held('call', 150, -1, 4.5), money(10), has(0));
    expect(told(call)).toEqual([
      'option_assignment',
      'sell 100 underlying at 154.5',
      'buy 100 contract at 4.5',
    ]);
    // A put written at 3: its shares cost 150, and 147 with the 3 that were got for it.
    const put = settle(held('put', 150, -1, 3), money(10), has(0));
    expect(told(put)).toEqual([
      'option_assignment',
      'buy 100 contract at 3',
      'buy 100 underlying at 147',
    ]);
    expect(cashOf(put.legs).toFixed()).toBe('-15000');
  });

  it('never prices shares below nothing: of a put that cost more than its strike the rest is lost', () => {
    expect(told({ kind: 'option_exercise', legs: delivery(held('put', 5, 1, 6)) })).toEqual([
      'option_exercise',
      'sell 100 contract at 5',
      'sell 100 underlying at 0',
    ]);
    // The shares of a call carry all of it.
    expect(told({ kind: 'option_exercise', legs: delivery(held('call', 5, 1, 6)) })).toEqual([
      'option_exercise',
      'sell 100 contract at 6',
      'buy 100 underlying at 11',
    ]);
  });

  it('moves the strike for the shares and nothing else, whatever the contract cost, and never runs into debt on the way', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('call' as const, 'put' as const),
        fc.integer({ min: 1, max: 99_999_999 }),
        fc.integer({ min: -50, max: 50 }).filter((contracts) => contracts !== 0),
        fc.integer({ min: 0, max: 10 ** 12 }),
        (right, strike, contracts, cost) => {
          const one = held(right, strike / 1000, contracts, 0);
          const averageCost = money(moneyText(money(cost).div(10 ** 8)));
          const legs = delivery({ ...one, averageCost });
          const strikes = one.strike.times(one.quantity);
          const brings = right === 'call' ? strikes.negated() : strikes;
          expect(cashOf(legs).toFixed()).toBe(brings.toFixed());
          const start = brings.lt(0) ? brings.negated() : money(0);
          let cash = start;
          for (const leg of legs) {
            cash = cash.plus(cashChange(leg));
            expect(cash.gte(0)).toBe(true);
            expect(leg.price.gte(0)).toBe(true);
          }
        },
      ),
    );
  });

  it('comes to what was written first, then to puts, then to calls', () => {
    const all = [held('call', 1, 1, 0), held('put', 2, 1, 0), held('call', 3, -1, 0)];
    expect(all.sort(settlementOrder).map(({ strike }) => strike.toFixed())).toEqual([
      '3',
      '2',
      '1',
    ]);
  });
});
