import { newId } from '../../../../kernel/ids.js';
import { money } from '../../../../kernel/money.js';
import type { PlaceOrder } from '../../trading.dto.js';
import { newOrder } from '../new-order.js';
import type { OrderRow } from '../orders.table.js';
import { stepsAfter } from './group-steps.js';
import type { GroupRole } from './order-class.js';

const groupId = newId();

function orderOf(role: GroupRole, of: object = {}): OrderRow {
  const type = role === 'stop_loss' ? { type: 'stop', stopPrice: '95' } : LIMIT;
  const request = { symbol: 'AAPL', quantity: '100', timeInForce: 'gtc', ...type } as const;
  const side = role === 'entry' ? 'buy' : 'sell';
  const row = newOrder({ ...request, side } as PlaceOrder, {
    accountId: newId(),
    replaces: null,
    time: { worksFrom: null, expiresAt: null },
    holding: { cash: money(0), shares: money(0) },
    group: { orderClass: 'bracket', groupId, role, isHeld: false },
    at: new Date(0),
  });
  return { ...row, status: 'open', ...of };
}
const LIMIT = { type: 'limit', limitPrice: '110' } as const;
/** In short: kind, order, and shares where they change. */
const after = (changed: OrderRow, others: readonly OrderRow[], free = '0') =>
  stepsAfter(changed, [changed, ...others], money(free)).map((step) => [
    step.kind,
    step.order.groupRole,
    'quantity' in step ? step.quantity.toFixed() : step.kind === 'end' ? step.status : null,
    step.reason,
  ]);
const held = { status: 'held' } as const;

describe('what follows for a group', () => {
  const [profit, stop] = [orderOf('take_profit'), orderOf('stop_loss')];
  const legs = [orderOf('take_profit', held), orderOf('stop_loss', held)];

  it('of a part that the profit sells: the stop is for so much less, each time', () => {
    const sold = (filledQuantity: string) =>
      orderOf('take_profit', { status: 'partially_filled', filledQuantity });
    expect(after(sold('60'), [stop])).toEqual([['resize', 'stop_loss', '40', 'other_leg_filled']]);
    const smaller = { ...stop, quantity: '40' };
    expect(after(sold('75'), [smaller])).toEqual([
      ['resize', 'stop_loss', '25', 'other_leg_filled'],
    ]);
    // Nothing new: nothing follows.
    expect(after(sold('60'), [smaller])).toEqual([]);
  });

  it('of its last share: the stop ends', () => {
    const filled = orderOf('take_profit', { status: 'filled', filledQuantity: '100' });
    expect(after(filled, [stop])).toEqual([['end', 'stop_loss', 'cancelled', 'other_leg_filled']]);
  });

  it('of a stop that is reached: what the profit holds back is its own from then on', () => {
    const reached = { ...stop, triggeredAt: new Date(0) };
    expect(after(reached, [profit])).toEqual([
      ['hand over', 'take_profit', null, 'other_leg_triggered'],
    ]);
    // A part of it is sold: the other leg has ended already.
    expect(after({ ...reached, status: 'partially_filled' }, [])).toEqual([]);
  });

  it('of an entry: nothing while it works, its legs for what it has bought when it ends', () => {
    const bought = (status: OrderRow['status'], filledQuantity: string) =>
      after(orderOf('entry', { status, filledQuantity }), legs, filledQuantity);
    expect(bought('partially_filled', '30')).toEqual([]);
    expect(bought('filled', '100')).toEqual([
      ['open', 'take_profit', '100', 'entry_filled'],
      ['open', 'stop_loss', '100', 'entry_filled'],
    ]);
    expect(bought('cancelled', '30')).toEqual([
      ['open', 'take_profit', '30', 'entry_ended'],
      ['open', 'stop_loss', '30', 'entry_ended'],
    ]);
    expect(bought('expired', '0')).toEqual([
      ['end', 'take_profit', 'cancelled', 'entry_ended'],
      ['end', 'stop_loss', 'cancelled', 'entry_ended'],
    ]);
  });

  it('of an entry that has bought back what was sold short: legs for what is held after it, or none', () => {
    const entry = orderOf('entry', { status: 'filled', filledQuantity: '100' });
    // 70 were owed: 30 are held now.
    expect(after(entry, legs, '30').map(([, , quantity]) => quantity)).toEqual(['30', '30']);
    expect(after(entry, legs, '-20').map(([kind]) => kind)).toEqual(['end', 'end']);
  });

  it('of a leg that is cancelled or expires: the other ends like it', () => {
    expect(after({ ...profit, status: 'expired' }, [stop])).toEqual([
      ['end', 'stop_loss', 'expired', 'group_ended'],
    ]);
    expect(after({ ...stop, status: 'cancelled' }, [profit])).toEqual([
      ['end', 'take_profit', 'cancelled', 'group_ended'],
    ]);
    // One that was replaced goes on as another.
    expect(after({ ...stop, status: 'replaced' }, [profit])).toEqual([]);
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

  it('of a short sale: legs that buy back what is owed, and hold nothing back', () => {
    const entry = orderOf('entry', { side: 'sell', status: 'filled', filledQuantity: '100' });
    const purchases = legs.map((leg): OrderRow => ({ ...leg, side: 'buy' }));
    expect(after(entry, purchases, '100')).toEqual([
      ['open', 'take_profit', '100', 'entry_filled'],
      ['open', 'stop_loss', '100', 'entry_filled'],
    ]);
    // Others are about to buy 30 of it back.
    const steps = stepsAfter(entry, [entry, ...purchases], money('70'));
    expect(
      steps.map((step) => 'isHolder' in step && [step.isHolder, step.quantity.toFixed()]),
    ).toEqual([
      [false, '70'],
      [false, '70'],
    ]);
  });

  it('of a stop that waits, a leg that is held, and for one that has ended: nothing', () => {
    expect(after(stop, [profit])).toEqual([]);
    const smaller = orderOf('take_profit', { ...held, quantity: '60' });
    expect(after(smaller, [orderOf('stop_loss', held)])).toEqual([]);
    const over = { ...stop, status: 'cancelled' } as const;
    expect(after({ ...profit, status: 'cancelled' }, [over])).toEqual([]);
  });
});
