import fc from 'fast-check';
import { money, sumOf } from '../../../kernel/money.js';
import { totalOf, type Lot } from '../execution/lots.js';
import { imbalances } from '../ledger/postings.js';
import { Balances } from '../ledger/balances.js';
import { effectOf, type ActionEffect, type CorporateAction } from './corporate-action.js';

const lot = (id: string, quantity: string, cost: string): Lot => ({
  id,
  quantity: money(quantity),
  cost: money(cost),
});
const split = (from: number, to: number, fractions: 'cash' | 'keep', price = '10') =>
  ({
    kind: 'split',
    symbol: 'AAPL',
    from,
    to,
    fractions,
    cashInLieuPrice: money(price),
  }) satisfies CorporateAction;

const shown = ({ postings, changed, closures }: ActionEffect) => ({
  postings: postings.map(
    ({ book, symbol, amount }) => `${book} ${symbol ?? 'USD'} ${amount.toFixed()}`,
  ),
  lots: changed.map(({ id, quantity, cost }) => [id, quantity.toFixed(), cost.toFixed()]),
  closures: closures.map(({ lotId, method, quantity, proceeds, cost, realized }) => [
    lotId,
    method,
    ...[quantity, proceeds, cost, realized].map((amount) => amount.toFixed()),
  ]),
});

describe('a split', () => {
  it('forward: more shares for the same cost', () => {
    const lots = [lot('a', '10', '1000'), lot('b', '5', '600')];
    expect(shown(effectOf(split(1, 4, 'keep'), lots))).toEqual({
      postings: ['position AAPL 45', 'market AAPL -45'],
      lots: [
        ['a', '40', '1000'],
        ['b', '20', '600'],
      ],
      closures: [],
    });
  });

  it('reverse: fewer shares, and cash for what is no whole share, from the oldest lot', () => {
    const lots = [lot('a', '15', '1500'), lot('b', '10', '800')];
    // 25 / 10 = 2.5: half a share at 90 from the lot of 1.5, which cost 1,500: a third of it, 500.
    expect(shown(effectOf(split(10, 1, 'cash', '90'), lots))).toEqual({
      postings: ['position AAPL -23', 'market AAPL 23', 'cash USD 45', 'market USD -45'],
      lots: [
        ['a', '1', '1000'],
        ['b', '1', '800'],
      ],
      closures: [['a', 'cash_in_lieu', '0.5', '45', '500', '-455']],
    });
  });

  it('of a short position: who owes a fraction pays for it', () => {
    // −25 / 10 = −2.5: half a share, sold for 125 (a fifth of 625), is bought back at 90.
    expect(shown(effectOf(split(10, 1, 'cash', '90'), [lot('a', '-25', '-625')]))).toEqual({
      postings: ['position AAPL 23', 'market AAPL -23', 'cash USD -45', 'market USD 45'],
      lots: [['a', '-2', '-500']],
      closures: [['a', 'cash_in_lieu', '0.5', '125', '45', '80']],
    });
  });

  it('keeps of a fraction what can be traded', () => {
    // 10 / 3 = 3.3333333333: six places stay, 0.0000003333 × 90 is paid.
    const effect = effectOf(split(3, 1, 'keep', '90'), [lot('a', '10', '100')]);
    expect(shown(effect).postings).toEqual([
      'position AAPL -6.666667',
      'market AAPL 6.666667',
      'cash USD 0.000029997',
      'market USD -0.000029997',
    ]);
  });

  it('adds what a lot that is too small to be written down has cost to the next, or after the last to the one before', () => {
    // 0.00001 / 1,000,000 is 1e-11 of a share.
    const tiny = lot('tiny', '0.00001', '3');
    const [one, other] = [lot('one', '1000000', '100'), lot('other', '1000000', '50')];
    const lotsOf = (lots: readonly Lot[]) =>
      shown(effectOf(split(1_000_000, 1, 'keep'), lots)).lots;
    expect(lotsOf([tiny, one, other])).toEqual([
      ['tiny', '0', '0'],
      ['one', '1', '103'],
      ['other', '1', '50'],
    ]);
    expect(lotsOf([one, other, tiny])).toEqual([
      ['one', '1', '100'],
      ['other', '1', '53'],
      ['tiny', '0', '0'],
    ]);
  });

  it('pays all of what becomes less than can be written down', () => {
    const effect = effectOf(split(1_000_000, 2, 'cash', '1000000'), [lot('a', '0.00001', '3')]);
    // 0.00001 shares become 2e-11, worth 0.00002.
    expect(shown(effect)).toEqual({
      postings: [
        'position AAPL -0.00001',
        'market AAPL 0.00001',
        'cash USD 0.00002',
        'market USD -0.00002',
      ],
      lots: [['a', '0', '0']],
      closures: [['a', 'cash_in_lieu', '0.00001', '0.00002', '3', '-2.99998']],
    });
  });
});

describe('a dividend', () => {
  const dividend = { kind: 'dividend', symbol: 'AAPL', cashPerShare: money('0.24') } as const;
  it.each([
    ['15', ['cash USD 3.6', 'market USD -3.6']],
    ['-15', ['cash USD -3.6', 'market USD 3.6']],
  ])('pays who holds, and costs who is short: %s shares', (quantity, postings) => {
    const effect = shown(effectOf(dividend, [lot('a', quantity, '1')]));
    expect(effect).toEqual({ postings, lots: [], closures: [] });
  });
});

describe('a change of the symbol', () => {
  it('moves the shares as they are', () => {
    const change = { kind: 'symbol_change', symbol: 'FB', newSymbol: 'META' } as const;
    expect(shown(effectOf(change, [lot('a', '7', '70')])).postings).toEqual([
      'position FB -7',
      'market FB 7',
      'position META 7',
      'market META -7',
    ]);
  });
});

describe('any split of any lots', () => {
  const lots = fc.tuple(
    fc.boolean(),
    fc.array(
      fc.record({
        quantity: fc.integer({ min: 1, max: 500_000_000 }),
        cost: fc.integer({ min: 0, max: 2_000_000_000 }),
      }),
      { maxLength: 12 },
    ),
  );
  const shares = fc.integer({ min: 1, max: 1_000_000 });

  it('makes nothing and loses nothing: shares, cash, and the cost of every lot', () => {
    fc.assert(
      fc.property(
        lots,
        shares,
        shares,
        fc.constantFrom('cash' as const, 'keep' as const),
        ([isShort, sizes], from, to, fractions) => {
          const sign = isShort ? -1 : 1;
          const before = sizes.map(({ quantity, cost }, at) => ({
            id: `${at}`,
            quantity: money(quantity).div(1_000_000).times(sign),
            cost: money(cost).div(100_000).times(sign),
          }));
          const { postings, changed, closures } = effectOf(
            split(from, to, fractions, '12.3456'),
            before,
          );
          expect([...imbalances(postings)]).toEqual([]);
          const moved = new Balances(postings);
          const left = new Map(changed.map((one) => [one.id, one]));
          const after = before.map((one) => left.get(one.id) ?? one);
          const [was, is] = [totalOf(before), totalOf(after)];
          expect(moved.sharesOf('AAPL').quantity.toFixed()).toBe(
            is.quantity.minus(was.quantity).toFixed(),
          );
          const realized = sumOf(closures.map((closure) => closure.realized));
          // What was got for fractions is what they won and what they had cost.
          expect(moved.cash.toFixed()).toBe(realized.plus(was.cost).minus(is.cost).toFixed());
          expect(is.quantity.decimalPlaces()).toBeLessThanOrEqual(fractions === 'cash' ? 0 : 6);
          for (const { quantity, cost } of after) {
            expect(quantity.times(sign).gte(0)).toBe(true);
            expect(quantity.decimalPlaces()).toBeLessThanOrEqual(10);
            if (quantity.isZero()) expect(cost.toFixed()).toMatch(/^-?0$/);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
