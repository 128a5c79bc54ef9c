import { money } from '../../kernel/money.js';
import { newOrder } from './orders/new-order.js';
import { toDrawKey } from './trading.mappers.js';

const drawKeyOf = (client_order_id?: string) =>
  toDrawKey(
    newOrder(
      {
        ...{ symbol: 'AAPL', side: 'sell', type: 'market', quantity: '1', timeInForce: 'gtc' },
        ...(client_order_id !== undefined && { client_order_id }),
      },
      {
        accountId: 'a',
        replaces: null,
        time: { worksFrom: null, expiresAt: null },
        holding: { cash: money(0), shares: money(1) },
        at: new Date(0),
      },
    ),
  );

describe('what is drawn for an order is drawn by', () => {
  it('what its sender called it', () => {
    expect(drawKeyOf('mine')).toBe('mine');
  });

  it('symbol and side where nobody has: an id of its own is another with each run', () => {
    expect([drawKeyOf(), drawKeyOf(), drawKeyOf('margin-call:AAPL:1')]).toEqual([
      'AAPL sell',
      'AAPL sell',
      'AAPL sell',
    ]);
  });
});
