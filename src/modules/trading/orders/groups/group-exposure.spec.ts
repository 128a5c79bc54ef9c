import { money } from '../../../../kernel/money.js';
import type { OrderRow } from '../orders.table.js';
import { closableAfter, eachGroupOnce } from './group-exposure.js';
import type { GroupRole } from './order-class.js';

const order = (id: string, groupId: string | null, groupRole: GroupRole | null) => ({
  id,
  groupId,
  groupRole,
});

describe('what the orders of groups can trade', () => {
  it('counts a stop only where the other leg works no more', () => {
    const working = [
      order('alone', null, null),
      order('profit', 'both', 'take_profit'),
      order('stop', 'both', 'stop_loss'),
      order('lastStop', 'triggered', 'stop_loss'),
      order('entry', 'waiting', 'entry'),
    ];
    expect(eachGroupOnce(working).map(({ id }) => id)).toEqual([
      'alone',
      'profit',
      'lastStop',
      'entry',
    ]);
  });

  it('closes of what an entry has opened what no other order holds back, or is about to buy', () => {
    const closable = (side: 'buy' | 'sell', quantity: string, reserved: string) =>
      closableAfter(
        { side, groupId: 'own' },
        { quantity: money(quantity), reserved: money(reserved) },
        [
          { ...order('alone', null, null), side: 'buy', quantity: '30', filledQuantity: '10' },
          { ...order('other', null, null), side: 'sell', quantity: '50', filledQuantity: '0' },
          { ...order('own', 'own', 'entry'), side: 'buy', quantity: '40', filledQuantity: '0' },
        ] as OrderRow[],
      ).toFixed();
    expect(closable('buy', '100', '50')).toBe('50');
    expect(closable('sell', '-100', '0')).toBe('80');
  });
});
