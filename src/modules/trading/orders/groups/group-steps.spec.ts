import { money } from '../../../../kernel/money.js';
import type { OrderRow } from '../orders.table.js';
import { newOrder } from '../new-order.js';
import { stepsAfter } from './group-steps.js';
import type { GroupRole } from './order-class.js';

const AT = new Date(0);

/** An order of ten shares. */
const member = (role: GroupRole, over: Partial<OrderRow> = {}): OrderRow => ({
  ...newOrder(
    { symbol: 'AAPL', side: 'sell', type: 'market', quantity: '10', timeInForce: 'gtc' },
    {
      accountId: 'a',
      replaces: null,
      time: { worksFrom: null, expiresAt: null },
      holding: { cash: money(0), shares: money(0) },
      group: { orderClass: 'bracket', groupId: 'g', role, isHeld: false },
      at: AT,
    },
  ),
  ...over,
});
const after = (changed: OrderRow, others: readonly OrderRow[], free = '10') =>
  stepsAfter(changed, [changed, ...others], money(free)).map(({ order, ...step }) => ({
    ...step,
    of: order.groupRole,
    ...('quantity' in step && { quantity: step.quantity.toFixed() }),
  }));

describe('after a step of an entry', () => {
  const held = { status: 'held' } as const;
  const legs = [member('stop_loss', held), member('take_profit', held)];
  const opened = (quantity: string, reason: string) => [
    { kind: 'open', of: 'stop_loss', quantity, isHolder: false, reason },
    { kind: 'open', of: 'take_profit', quantity, isHolder: true, reason },
  ];

  it('legs wait while it works, and go on to the entry that replaces it', () => {
    const partly = { status: 'partially_filled', filledQuantity: '4' } as const;
    expect(after(member('entry', partly), legs)).toEqual([]);
    expect(after(member('entry', { status: 'replaced', filledQuantity: '4' }), legs)).toEqual([]);
  });

  it('they open for what it has bought, the take-profit holds it back', () => {
    const filled = member('entry', { status: 'filled', filledQuantity: '10' });
    expect(after(filled, legs)).toEqual(opened('10', 'entry_filled'));
    const cancelled = member('entry', { status: 'cancelled', filledQuantity: '4' });
    expect(after(cancelled, legs)).toEqual(opened('4', 'entry_ended'));
  });

  it('for what the entries before it have bought too', () => {
    const before = member('entry', { status: 'replaced', filledQuantity: '3' });
    const entry = member('entry', { status: 'filled', filledQuantity: '7' });
    expect(after(entry, [before, ...legs], '20')).toEqual(opened('10', 'entry_filled'));
  });

  it('what legs have sold counts as no purchase', () => {
    const entry = member('entry', { status: 'filled', filledQuantity: '10' });
    const ended = member('stop_loss', { status: 'replaced', filledQuantity: '5' });
    expect(after(entry, [ended, ...legs], '20')).toEqual(opened('10', 'entry_filled'));
  });

  it('for no more than is free, where it has bought back what was sold short', () => {
    const entry = member('entry', { status: 'filled', filledQuantity: '10' });
    expect(after(entry, legs, '6')).toEqual(opened('6', 'entry_filled'));
  });

  it('a stop alone holds back what it is to sell', () => {
    const entry = member('entry', { status: 'filled', filledQuantity: '10' });
    expect(after(entry, [member('stop_loss', held)])).toMatchObject([{ isHolder: true }]);
  });

  it('they end with one that has bought nothing', () => {
    const end = { kind: 'end', status: 'cancelled', reason: 'entry_ended' };
    expect(after(member('entry', { status: 'expired' }), legs)).toEqual([
      { ...end, of: 'stop_loss' },
      { ...end, of: 'take_profit' },
    ]);
  });
});

describe('after a step of a leg', () => {
  const stop = member('stop_loss', { status: 'open' });
  const profit = member('take_profit', { status: 'open' });

  it('the stop is for what the take-profit has left', () => {
    const partly = { status: 'partially_filled', filledQuantity: '4' } as const;
    const sold = member('take_profit', partly);
    expect(after(sold, [stop])).toEqual([
      { kind: 'resize', of: 'stop_loss', quantity: '6', reason: 'other_leg_filled' },
    ]);
    expect(after(sold, [{ ...stop, quantity: '6' }])).toEqual([]);
  });

  it('a stop that has triggered takes over what the other holds back, one that waits does not', () => {
    expect(after(stop, [profit])).toEqual([]);
    expect(after({ ...stop, triggeredAt: AT }, [profit])).toEqual([
      { kind: 'hand over', of: 'take_profit', reason: 'other_leg_triggered' },
    ]);
  });

  it.each([
    ['filled', 'cancelled', 'other_leg_filled'],
    ['cancelled', 'cancelled', 'group_ended'],
    ['rejected', 'cancelled', 'group_ended'],
    ['expired', 'expired', 'group_ended'],
  ] as const)('one that is %s ends the other as %s', (status, ends, reason) => {
    expect(after(member('take_profit', { status }), [stop])).toEqual([
      { kind: 'end', of: 'stop_loss', status: ends, reason },
    ]);
    const over = { ...stop, status: 'cancelled' } as const;
    expect(after(member('take_profit', { status }), [over])).toEqual([]);
  });

  it('nothing follows while it is held, or when another takes its place', () => {
    const smaller = member('take_profit', { status: 'held', quantity: '6' });
    expect(after(smaller, [member('stop_loss', { status: 'held' })])).toEqual([]);
    expect(after(member('take_profit', { status: 'replaced' }), [stop])).toEqual([]);
  });

  it('of an entry that has replaced another: legs for what both have bought; what legs have sold is no purchase', () => {
    const before = orderOf('entry', { status: 'replaced', filledQuantity: '30' });
    const entry = orderOf('entry', { status: 'filled', filledQuantity: '70' });
    const ended = orderOf('stop_loss', { status: 'replaced', filledQuantity: '5' });
    expect(after(entry, [before, ended, ...legs], '200')).toEqual([
      ['open', 'take_profit', '100', 'entry_filled'],
      ['open', 'stop_loss', '100', 'entry_filled'],
    ]);
    expect(after(before, [entry, ...legs], '30')).toEqual([]);
  });

  it('of legs that open: the profit holds back what both sell, a stop alone what it sells', () => {
    const entry = orderOf('entry', { status: 'filled', filledQuantity: '100' });
    const holders = (opened: readonly OrderRow[]) =>
      stepsAfter(entry, [entry, ...opened], money('100')).map(
        (step) => step.kind === 'open' && step.isHolder,
      );
    expect(holders([...legs].reverse())).toEqual([false, true]);
    expect(holders([orderOf('stop_loss', held)])).toEqual([true]);
  });

  it('of a stop that waits, a leg that is held, and for one that has ended: nothing', () => {
    expect(after(stop, [profit])).toEqual([]);
    const smaller = orderOf('take_profit', { ...held, quantity: '60' });
    expect(after(smaller, [orderOf('stop_loss', held)])).toEqual([]);
    const over = { ...stop, status: 'cancelled' } as const;
    expect(after({ ...profit, status: 'cancelled' }, [over])).toEqual([]);
  });
});
