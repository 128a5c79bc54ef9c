import type { PlaceOrder, ReplaceOrder } from '../trading.dto.js';
import { newOrder } from './new-order.js';
import { replacementOf } from './replacement.js';
import type { OrderRow } from './orders.table.js';
import { money } from '../../../kernel/money.js';

const placed = (order: object, over: Partial<OrderRow> = {}): OrderRow => ({
  ...newOrder(
    { symbol: 'AAPL', side: 'sell', quantity: '10', timeInForce: 'gtc', ...order } as PlaceOrder,
    {
      accountId: 'a',
      replaces: null,
      time: { worksFrom: null, expiresAt: null },
      holding: { cash: money(0), shares: money(10) },
      at: new Date(0),
    },
  ),
  ...over,
});
const refused = expect.objectContaining({ code: 'trading.bad_replacement' }) as Error;

const STOP = { type: 'stop', stopPrice: '95' };
const STOP_LIMIT = { type: 'stop_limit', stopPrice: '95', limitPrice: '94' };
const BY_AMOUNT = { type: 'trailing_stop', trailAmount: '5' };
const BY_PERCENT = { type: 'trailing_stop', trailPercent: '5' };

describe('an order that takes the place of another', () => {
  it.each([
    [STOP, { stopPrice: '96' }, { type: 'stop', stopPrice: '96' }],
    [STOP_LIMIT, { stopPrice: '96' }, { type: 'stop_limit', stopPrice: '96', limitPrice: '94' }],
    [STOP_LIMIT, { limitPrice: '93' }, { type: 'stop_limit', stopPrice: '95', limitPrice: '93' }],
    [BY_AMOUNT, { trail: '6' }, { type: 'trailing_stop', trailAmount: '6' }],
    [BY_PERCENT, { trail: '6.25' }, { type: 'trailing_stop', trailPercent: '6.25' }],
    [BY_PERCENT, { quantity: '9' }, { type: 'trailing_stop', trailPercent: '5', quantity: '9' }],
  ] as [object, ReplaceOrder, object][])(
    'of %j, changed by %j, asks for %j',
    (order, change, asked) => {
      expect(replacementOf(placed(order), change)).toMatchObject(asked);
    },
  );

  it.each([
    [STOP, { limitPrice: '96' }],
    [STOP, { trail: '5' }],
    [BY_AMOUNT, { stopPrice: '96' }],
    [BY_PERCENT, { trail: '100' }],
    [BY_PERCENT, { trail: '5.125' }],
    [{ type: 'market' }, { stopPrice: '96' }],
    [{ type: 'limit', limitPrice: '99' }, { stopPrice: '96' }],
  ] as [object, ReplaceOrder][])('of %j cannot be changed by %j', (order, change) => {
    expect(() => replacementOf(placed(order), change)).toThrow(refused);
  });

  it('has no stop to change once that has triggered, and keeps its limit', () => {
    const triggered = placed(STOP_LIMIT, { touchedAt: new Date(1), triggeredAt: new Date(1) });
    expect(() => replacementOf(triggered, { stopPrice: '96' })).toThrow(refused);
    expect(replacementOf(triggered, { limitPrice: '93' })).toMatchObject({ limitPrice: '93' });
  });

  it('asks for what is left of the changed one, and for something', () => {
    const order = placed({ type: 'limit', limitPrice: '99' }, { filledQuantity: '4' });
    expect(replacementOf(order, { quantity: '4.5' })).toMatchObject({ quantity: '0.5' });
    expect(() => replacementOf(order, { quantity: '4' })).toThrow(refused);
  });

  it('by notional asks for whole cents of what is left, and never for more', () => {
    const order = placed({ type: 'market', notional: '1000' }, { filledNotional: '333.331' });
    expect(replacementOf(order, {})).toMatchObject({ notional: '666.66' });
    expect(replacementOf(order, { notional: '400' })).toMatchObject({ notional: '66.66' });
    expect(() => replacementOf(order, { notional: '333.34' })).toThrow(refused);
    expect(() => replacementOf(order, { quantity: '5' })).toThrow(refused);
  });
});
