import { eachGroupOnce } from './group-exposure.js';
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
});
