import { money } from '../../../kernel/money.js';
import { assertOneWay } from './one-way.js';
import type { OrderRow } from './orders.table.js';

type Side = 'buy' | 'sell';
const working = (side: Side, quantity: string, filledQuantity = '0', of: object = {}) =>
  ({ side, quantity, filledQuantity, ...of }) as OrderRow;
const pair = (['take_profit', 'stop_loss'] as const).map((groupRole) =>
  working('buy', '10', '0', { groupId: 'group', groupRole }),
);

describe('an order opens a position or closes one', () => {
  it.each<[string, OrderRow[], Side, string, boolean]>([
    ['10', [], 'buy', '20', true],
    ['-10', [], 'buy', '10', true],
    ['-10', [], 'buy', '11', false],
    // Five of which one has traded leave four.
    ['-10', [working('buy', '5', '1')], 'buy', '6', true],
    ['-10', [working('buy', '5')], 'buy', '6', false],
    // Of a pair one of the two buys.
    ['-15', pair, 'buy', '5', true],
    ['-15', pair, 'buy', '6', false],
    ['-10', [working('buy', '10')], 'sell', '5', true],
    ['0', [working('sell', '5')], 'buy', '1', false],
    ['0', [working('buy', '5')], 'buy', '1', true],
  ])('with %s shares beside %j, to %s %s more: %s', (held, orders, side, quantity, isTaken) => {
    const check = () => assertOneWay(orders, { side, quantity }, money(held));
    if (isTaken) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: 'trading.opposite_order' }));
  });
});
