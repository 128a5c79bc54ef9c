import { money } from '../../../kernel/money.js';
import type { PlaceOrder } from '../trading.dto.js';
import { hasPrices, NOT_TRIGGERED, pricesOf, termsAtAcceptance } from './order-prices.js';
import { cashToReserve } from './order.js';

const common = { symbol: 'AAPL', quantity: '10', timeInForce: 'gtc' } as const;
const last = money(100);
const reached = expect.objectContaining({ code: 'trading.stop_price_reached' }) as Error;

const accepted = (order: Partial<PlaceOrder>, state = NOT_TRIGGERED) =>
  termsAtAcceptance({ ...common, side: 'buy', ...order } as PlaceOrder, state, last);

describe('a stop that is placed', () => {
  it('lies ahead of the last trade: above it for a buy, below it for a sale', () => {
    expect(accepted({ type: 'stop', stopPrice: '100.01' }).stopPrice?.toFixed()).toBe('100.01');
    expect(() => accepted({ type: 'stop', stopPrice: '100.00' })).toThrow(reached);
    expect(() => accepted({ side: 'sell', type: 'stop', stopPrice: '100.00' })).toThrow(reached);
    const below = accepted({ side: 'sell', type: 'stop', stopPrice: '99.99' });
    expect(below.stopPrice?.toFixed()).toBe('99.99');
  });

  it('trails the last trade, and leaves a sale a price above nothing', () => {
    expect(accepted({ type: 'trailing_stop', trailAmount: '5' }).stopPrice?.toFixed()).toBe('105');
    const sale = { side: 'sell', type: 'trailing_stop' } as const;
    expect(accepted({ ...sale, trailPercent: '5' }).stopPrice?.toFixed()).toBe('95');
    expect(() => accepted({ ...sale, trailAmount: '100' })).toThrow(reached);
  });

  it('goes on from the mark of the one whose place it takes, which may lie too far ahead', () => {
    const sale = { side: 'sell', type: 'trailing_stop' } as const;
    const state = { ...NOT_TRIGGERED, waterMark: '110' };
    expect(accepted({ ...sale, trailAmount: '11' }, state).stopPrice?.toFixed()).toBe('99');
    // 110 − 10 = 100: reached.
    expect(() => accepted({ ...sale, trailAmount: '10' }, state)).toThrow(reached);
  });

  it('is no stop any more once it has triggered', () => {
    const at = new Date(0);
    const state = { ...NOT_TRIGGERED, touchedAt: at, triggeredAt: at };
    const terms = accepted({ type: 'stop_limit', stopPrice: '90', limitPrice: '101' }, state);
    expect(terms).toMatchObject({ type: 'limit' });
    expect(terms.stopPrice).toBeUndefined();
  });

  // By the ask of 100.02: a market order 100.02 × 1.02 × 10, a stop 105 × 1.02 × 10, a limit its limit × 10.
  it.each([
    [{ type: 'market' }, '1020.204'],
    [{ type: 'stop', stopPrice: '105' }, '1071'],
    [{ type: 'trailing_stop', trailAmount: '5' }, '1071'],
    [{ type: 'stop_limit', stopPrice: '105', limitPrice: '106' }, '1060'],
  ] as const)('holds back what %j can cost', (order, cash) => {
    const prices = { bid: money('99.98'), ask: money('100.02') };
    expect(cashToReserve(accepted(order), prices, money(0)).toFixed()).toBe(cash);
  });
});

describe('the prices of an order', () => {
  const stored = (order: object, over: object = {}) => ({
    type: (order as PlaceOrder).type,
    ...pricesOf({ ...common, side: 'buy', ...order } as PlaceOrder),
    ...over,
  });
  const asked = (order: object) => pricesOf({ ...common, side: 'buy', ...order } as PlaceOrder);

  it('are the same however they are written, and wherever a trailing stop has moved', () => {
    const stop = { type: 'stop_limit', stopPrice: '105', limitPrice: '106' };
    expect(hasPrices(stored(stop), asked({ ...stop, stopPrice: '105.00' }))).toBe(true);
    expect(hasPrices(stored(stop), asked({ ...stop, stopPrice: '105.01' }))).toBe(false);
    expect(hasPrices(stored(stop), asked({ ...stop, limitPrice: '106.01' }))).toBe(false);
    const trailing = { type: 'trailing_stop', trailAmount: '5' };
    expect(hasPrices(stored(trailing, { stopPrice: '99' }), asked(trailing))).toBe(true);
    const percent = asked({ type: 'trailing_stop', trailPercent: '5' });
    expect(hasPrices(stored(trailing), percent)).toBe(false);
  });
});
