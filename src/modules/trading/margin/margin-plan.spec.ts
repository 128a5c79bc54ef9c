import fc from 'fast-check';
import { money, sumOf } from '../../../kernel/money.js';
import { planMargin, type ShortState } from './margin-plan.js';
import { initialCollateral, maintenanceCollateral } from './short-margin.js';

const short = (
  symbol: string,
  shares: string,
  collateral: string,
  ask: string,
  isClosing = false,
): ShortState => ({
  symbol,
  shares: money(shares),
  collateral: money(collateral),
  ask: money(ask),
  isClosing,
});
const plan = (shorts: ShortState[], free: string, inOrders = '0') => {
  const { changes, fromOrders, closes } = planMargin(shorts, money(free), money(inOrders));
  return {
    changes: Object.fromEntries([...changes].map(([symbol, usd]) => [symbol, usd.toFixed()])),
    fromOrders: fromOrders.toFixed(),
    closes,
  };
};
const nothing = { changes: {}, fromOrders: '0', closes: [] };

describe('a margin check', () => {
  it('does nothing between what must be there and what is worth freeing', () => {
    // 100 at 50: 6,500 to 7,875.
    expect(plan([short('A', '100', '6500', '50')], '0')).toEqual(nothing);
    expect(plan([short('A', '100', '7875', '50')], '0')).toEqual(nothing);
  });

  it('frees what lies above the initial requirement', () => {
    expect(plan([short('A', '100', '7900', '50')], '0')).toEqual({
      ...nothing,
      changes: { A: '-400' },
    });
  });

  it('fills up to the initial requirement, or as far as free cash goes', () => {
    expect(plan([short('A', '100', '6000', '50')], '5000').changes).toEqual({ A: '1500' });
    expect(plan([short('A', '100', '6000', '50')], '700')).toEqual({
      ...nothing,
      changes: { A: '700' },
    });
  });

  it('gives each what it must have before any gets more, out of what another one frees', () => {
    const shorts = [
      short('A', '100', '6400', '50'),
      short('B', '100', '6200', '50'),
      short('C', '100', '8000', '50'),
    ];
    // 500 of C: 100 and 300 are missing, and A gets the rest.
    expect(plan(shorts, '0').changes).toEqual({ A: '200', B: '300', C: '-500' });
  });

  it('asks for the cash of orders where it suffices', () => {
    expect(plan([short('A', '100', '6000', '50')], '100', '400')).toEqual({
      ...nothing,
      fromOrders: '400',
    });
  });

  it('buys back where nothing suffices', () => {
    expect(plan([short('A', '100', '6000', '50')], '100', '399')).toEqual({
      ...nothing,
      closes: ['A'],
    });
  });

  it('buys back what misses most first, and no more than needed', () => {
    const shorts = [short('A', '100', '6400', '50'), short('B', '100', '6000', '50')];
    // B misses 500, and leaves 6,000 − 5,000 when it is bought back: that is more than the 100 of A.
    expect(plan(shorts, '0')).toEqual({ ...nothing, closes: ['B'] });
    // Less than it costs: nothing is left for A.
    const deep = [short('A', '100', '6400', '50'), short('B', '100', '4900', '50')];
    expect(plan(deep, '0').closes).toEqual(['B', 'A']);
  });

  it('keeps back what buying back costs beyond what stands behind it', () => {
    const shorts = [short('A', '100', '6400', '50'), short('B', '100', '4900', '50')];
    // 1,700 are missing, and 250 free: without B, which costs 100 more than its 4,900, A gets its 100 and the last 50.
    expect(plan(shorts, '250')).toEqual({ ...nothing, changes: { A: '150' }, closes: ['B'] });
  });

  it('waits for what is being bought back already', () => {
    const shorts = [short('A', '100', '6400', '50'), short('B', '100', '6000', '50', true)];
    expect(plan(shorts, '0')).toEqual(nothing);
    expect(plan([short('B', '100', '6000', '50', true)], '0')).toEqual(nothing);
  });

  it('never gives more than there is, and leaves nothing below what it must have that it does not buy back', () => {
    const states = fc.array(
      fc.record({
        shares: fc.integer({ min: 1, max: 1_000 }),
        cents: fc.integer({ min: 1, max: 20_000 }),
        percent: fc.integer({ min: 0, max: 300 }),
        isClosing: fc.boolean(),
      }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(states, fc.nat(200_000), fc.nat(200_000), (rows, cash, orders) => {
        const shorts = rows.map(({ shares, cents, percent, isClosing }, at): ShortState => {
          const ask = money(cents).div(100);
          const collateral = ask.times(shares).times(percent).div(100);
          return { symbol: `S${at}`, shares: money(shares), collateral, ask, isClosing };
        });
        const found = planMargin(shorts, money(cash), money(orders));
        const given = sumOf([...found.changes.values()].filter((usd) => usd.gt(0)));
        const freed = sumOf([...found.changes.values()].filter((usd) => usd.lt(0)));
        expect(given.lte(freed.negated().plus(cash))).toBe(true);
        for (const { symbol, shares, collateral, ask, isClosing } of shorts) {
          const change = found.changes.get(symbol) ?? money(0);
          const after = collateral.plus(change);
          if (isClosing) expect(found.changes.has(symbol)).toBe(false);
          if (change.lt(0)) expect(after.eq(initialCollateral(shares, ask))).toBe(true);
          if (change.gt(0)) expect(after.lte(initialCollateral(shares, ask))).toBe(true);
          const isEnough = after.gte(maintenanceCollateral(shares, ask));
          const isPending =
            isClosing || found.fromOrders.gt(0) || shorts.some((one) => one.isClosing);
          if (found.closes.length === 0 && !isPending) expect(isEnough).toBe(true);
          if (found.closes.includes(symbol)) expect(isEnough).toBe(false);
        }
      }),
    );
  });
});
