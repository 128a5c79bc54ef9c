import fc from 'fast-check';
import { money, moneyText, sumOf, type Money } from '../../../kernel/money.js';
import {
  costPerShare,
  namedForFill,
  totalOf,
  tradeLots,
  type Closure,
  type Lot,
  type LotMethod,
  type LotTrade,
  type NamedLot,
} from './lots.js';

interface Step extends LotTrade {
  readonly named?: readonly NamedLot[];
}

const buy = (quantity: number, price: string): Step => ({
  side: 'buy',
  quantity: money(quantity),
  cash: money(price).times(-quantity),
});
const sell = (quantity: number, price: string, named?: readonly NamedLot[]): Step => ({
  side: 'sell',
  quantity: money(quantity),
  cash: money(price).times(quantity),
  ...(named && { named }),
});

/** The history of a symbol; lots are named by the number of the step that opened them. */
function run(steps: readonly Step[], method: LotMethod) {
  let open: readonly Lot[] = [];
  const closures: Closure[][] = [];
  steps.forEach((step, at) => {
    const change = tradeLots(open, step, method, step.named);
    const left = new Map(change.changed.map((lot) => [lot.id, lot]));
    open = open.map((lot) => left.get(lot.id) ?? lot).filter(({ quantity }) => !quantity.isZero());
    if (change.opened) open = [...open, { id: `${at}`, ...change.opened }];
    closures.push([...change.closures]);
  });
  return { open, closures };
}

const lotText = ({ id, quantity, cost }: Lot) => [id, quantity.toFixed(), cost.toFixed()];
const closureText = ({ lotId, quantity, proceeds, cost, realized }: Closure) => [
  lotId,
  ...[quantity, proceeds, cost, realized].map((amount) => amount.toFixed()),
];

// 10 at 100, 10 at 120, 10 at 90; then 15 are sold at 110.
const bought = [buy(10, '100'), buy(10, '120'), buy(10, '90')];

describe('lots', () => {
  it('first in, first out: a sale closes the oldest', () => {
    const { open, closures } = run([...bought, sell(15, '110')], 'fifo');
    // 10 × (110 − 100) = 100; 5 × (110 − 120) = −50
    expect(closures[3]?.map(closureText)).toEqual([
      ['0', '10', '1100', '1000', '100'],
      ['1', '5', '550', '600', '-50'],
    ]);
    expect(open.map(lotText)).toEqual([
      ['1', '5', '600'],
      ['2', '10', '900'],
    ]);
  });

  it('last in, first out: a sale closes the latest', () => {
    const { open, closures } = run([...bought, sell(15, '110')], 'lifo');
    // 10 × (110 − 90) = 200; 5 × (110 − 120) = −50
    expect(closures[3]?.map(closureText)).toEqual([
      ['2', '10', '1100', '900', '200'],
      ['1', '5', '550', '600', '-50'],
    ]);
    expect(open.map(lotText)).toEqual([
      ['0', '10', '1000'],
      ['1', '5', '600'],
    ]);
  });

  it('specific: a sale closes what it names, and the rest by the method', () => {
    const named = [{ id: '1', quantity: '10' }];
    const { open, closures } = run([...bought, sell(15, '110', named)], 'fifo');
    // 10 × (110 − 120) = −100; 5 × (110 − 100) = 50
    expect(closures[3]?.map(closureText)).toEqual([
      ['1', '10', '1100', '1200', '-100'],
      ['0', '5', '550', '500', '50'],
    ]);
    expect(closures[3]?.map(({ method }) => method)).toEqual(['specific', 'fifo']);
    expect(open.map(lotText)).toEqual([
      ['0', '5', '500'],
      ['2', '10', '900'],
    ]);
  });

  it('closes no more of a named lot than is sold', () => {
    const { open, closures } = run(
      [...bought, sell(3, '110', [{ id: '1', quantity: '5' }])],
      'fifo',
    );
    expect(closures[3]?.map(closureText)).toEqual([['1', '3', '330', '360', '-30']]);
    expect(open.map(lotText)).toEqual([
      ['0', '10', '1000'],
      ['1', '7', '840'],
      ['2', '10', '900'],
    ]);
  });

  it('passes over a named lot that is gone', () => {
    const named = [{ id: '0', quantity: '5' }];
    const { closures } = run([...bought, sell(10, '110'), sell(5, '110', named)], 'fifo');
    expect(closures[4]?.map(closureText)).toEqual([['1', '5', '550', '600', '-50']]);
    expect(closures[4]?.[0]?.method).toBe('fifo');
  });

  it('shares out what cannot be shared to the last digit: the last part gets the rest', () => {
    const { open, closures } = run(
      [
        { side: 'buy', quantity: money(3), cash: money(-10) },
        { side: 'buy', quantity: money(3), cash: money(-10) },
        { side: 'sell', quantity: money(4), cash: money(10) },
      ],
      'fifo',
    );
    // 10 × 3/4 = 7.5 against 10; 2.5 against 10/3
    expect(closures[2]?.map(closureText)).toEqual([
      ['0', '3', '7.5', '10', '-2.5'],
      ['1', '1', '2.5', '3.3333333333', '-0.8333333333'],
    ]);
    expect(open.map(lotText)).toEqual([['1', '2', '6.6666666667']]);
  });

  it('closes what was sold short by buying, and goes through zero in one trade', () => {
    const { open, closures } = run([sell(10, '50'), buy(4, '45'), buy(10, '60')], 'fifo');
    // 4 × (50 − 45) = 20; 6 × (50 − 60) = −60; four are left, at 60
    expect(closures.flat().map(closureText)).toEqual([
      ['0', '4', '200', '180', '20'],
      ['0', '6', '300', '360', '-60'],
    ]);
    expect(open.map(lotText)).toEqual([['2', '4', '240']]);
  });
});

const units = (places: number, max: number) =>
  fc.integer({ min: 1, max }).map((whole) => money(whole).div(10 ** places));
const step = fc.record({
  side: fc.constantFrom('buy' as const, 'sell' as const),
  quantity: units(6, 500_000_000),
  /** Eight places, as of a replay: cash has to be rounded. */
  price: units(8, 2_000_000_000),
  fee: fc.integer({ min: 0, max: 500 }).map((cents) => money(cents).div(100)),
  named: fc.array(fc.record({ which: fc.nat(30), quantity: units(6, 100_000_000) }), {
    maxLength: 3,
  }),
});

/** Cash as it is posted: rounded, less the fee. */
const posted = (side: 'buy' | 'sell', quantity: Money, price: Money, fee: Money): Money => {
  const notional = money(moneyText(quantity.times(price)));
  return (side === 'buy' ? notional.negated() : notional).minus(fee);
};

describe('any history of lots', () => {
  it.each(['fifo', 'lifo'] as const)(
    'reconciles with its trades to the last digit, by %s: shares, cash and every part of them',
    (method) => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), (history) => {
          const steps = history.map(({ side, quantity, price, fee, named }, at) => ({
            side,
            quantity,
            cash: posted(side, quantity, price, fee),
            named: named.map((lot) => ({
              id: `${lot.which % Math.max(1, at)}`,
              quantity: moneyText(lot.quantity),
            })),
          }));
          const { open, closures } = run(steps, method);
          const all = closures.flat();
          const held = sumOf(
            steps.map(({ side, quantity }) => (side === 'buy' ? quantity : quantity.negated())),
          );
          const cash = sumOf(steps.map((one) => one.cash));
          const total = totalOf(open);
          expect(total.quantity.toFixed()).toBe(held.toFixed());
          const realized = sumOf(all.map((closure) => closure.realized));
          expect(realized.minus(total.cost).toFixed()).toBe(cash.toFixed());
          for (const closure of all) {
            expect(closure.quantity.gt(0)).toBe(true);
            expect(closure.proceeds.minus(closure.cost).eq(closure.realized)).toBe(true);
            // Nothing has more digits than the database keeps.
            expect(closure.cost.decimalPlaces()).toBeLessThanOrEqual(10);
            expect(closure.proceeds.decimalPlaces()).toBeLessThanOrEqual(10);
          }
          // One side at a time: no long lot beside a short one.
          expect(new Set(open.map(({ quantity }) => quantity.isNegative())).size).toBeLessThan(2);
        }),
        { numRuns: 300 },
      );
    },
  );

  it('ends the same by both methods once everything is sold: only the years differ', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), (history) => {
        const buys = history.map(({ quantity, price, fee }): Step => {
          const cash = posted('buy', quantity, price, fee);
          return { side: 'buy', quantity, cash };
        });
        const all = sumOf(buys.map(({ quantity }) => quantity));
        const steps = [...buys, { side: 'sell', quantity: all, cash: money(1_000) } as const];
        const won = (method: LotMethod) =>
          sumOf(
            run(steps, method)
              .closures.flat()
              .map(({ realized }) => realized),
          ).toFixed();
        expect(won('fifo')).toBe(won('lifo'));
      }),
    );
  });
});

describe('the cost of a share', () => {
  it.each([
    ['4', '10', '2.5'],
    // Sold short: what it brought.
    ['-4', '-10', '2.5'],
    ['0', '0', '0'],
  ])('of %s that cost %s is %s', (quantity, cost, average) => {
    const total = { quantity: money(quantity), cost: money(cost) };
    expect(costPerShare(total).toFixed()).toBe(average);
  });
});

describe('the lots of a fill in part', () => {
  const named = [
    { id: 'a', quantity: '5' },
    { id: 'b', quantity: '3' },
  ];
  it.each([
    ['0', '4', [{ id: 'a', quantity: '4' }]],
    [
      '4',
      '3',
      [
        { id: 'a', quantity: '1' },
        { id: 'b', quantity: '2' },
      ],
    ],
    ['7', '5', [{ id: 'b', quantity: '1' }]],
    ['8', '2', []],
  ])('are those that %s shares before it have left for %s', (before, quantity, wanted) => {
    expect(namedForFill(named, money(before), money(quantity))).toEqual(wanted);
  });
});
