import { money } from '../../../../kernel/money.js';
import type { PlaceOrder } from '../../trading.dto.js';
import { pricesOf } from '../order-prices.js';
import {
  assertGroup,
  assertGroupPrices,
  entryPriceOf,
  legPricesOf,
  legSideOf,
  legsOf,
} from './group-terms.js';

const bracket = (more: object = {}) =>
  ({
    symbol: 'AAPL',
    side: 'buy',
    type: 'market',
    quantity: '10',
    timeInForce: 'gtc',
    orderClass: 'bracket',
    takeProfit: { limitPrice: '110' },
    stopLoss: { stopPrice: '95' },
    ...more,
  }) as PlaceOrder;
const oco = (more: object = {}) =>
  bracket({ orderClass: 'oco', side: 'sell', type: 'limit', limitPrice: '110', ...more });
/** Sells short at 100, and buys back at 90 or, at a loss, at 105. */
const short = (more: object = {}) =>
  bracket({
    side: 'sell',
    takeProfit: { limitPrice: '90' },
    stopLoss: { stopPrice: '105' },
    ...more,
  });
const code = (name: string) => expect.objectContaining({ code: `trading.${name}` }) as Error;

describe('a group of orders', () => {
  it.each([
    ['a bracket', bracket()],
    ['one of the day', bracket({ timeInForce: 'day' })],
    ['one with an end', bracket({ timeInForce: 'gtd' })],
    ['one whose entry is a stop', bracket({ type: 'stop', stopPrice: '105' })],
    ['an oto with a stop', bracket({ orderClass: 'oto', takeProfit: undefined })],
    ['an oto with a profit', bracket({ orderClass: 'oto', stopLoss: undefined })],
    ['an oco', oco()],
    ['one that sells short', short()],
    ['an oco that buys back', oco({ side: 'buy' })],
    [
      'an order of its own',
      bracket({ orderClass: 'simple', takeProfit: undefined, stopLoss: undefined }),
    ],
  ])('is %s', (_what, request) => {
    expect(() => assertGroup(request)).not.toThrow();
  });

  it.each([
    ['legs without a class', bracket({ orderClass: undefined }), 'bad_order_class'],
    ['a bracket of one leg', bracket({ stopLoss: undefined }), 'bad_order_class'],
    [
      'a bracket without legs',
      bracket({ stopLoss: undefined, takeProfit: undefined }),
      'bad_order_class',
    ],
    ['an oto of two', bracket({ orderClass: 'oto' }), 'bad_order_class'],
    ['an oco of one', oco({ stopLoss: undefined }), 'bad_order_class'],
    ['an oco at the market', oco({ type: 'market' }), 'bad_order_class'],
    ['an oco of two limits', oco({ limitPrice: '111' }), 'bad_order_class'],
    ['of options', bracket({ symbol: 'AAPL271217C00150000' }), 'bad_order_class'],
    ['of named lots', oco({ lots: [{ id: 'lot', quantity: '10' }] }), 'bad_order_class'],
    ['of extended hours', oco({ extendedHours: true }), 'bad_extended_hours'],
    ['at once', bracket({ timeInForce: 'ioc' }), 'bad_time_in_force'],
    ['all or nothing', bracket({ timeInForce: 'fok' }), 'bad_time_in_force'],
    ['for the opening auction', bracket({ timeInForce: 'opg' }), 'bad_time_in_force'],
    ['for the closing auction', oco({ timeInForce: 'cls' }), 'bad_time_in_force'],
  ])('is not one: %s', (_what, request, refusal) => {
    expect(() => assertGroup(request)).toThrow(code(refusal));
  });

  it('has legs that sell what it is for, as long as its entry has it', () => {
    const sale = { symbol: 'AAPL', side: 'sell', quantity: '10', timeInForce: 'gtc' };
    expect(legsOf(bracket({ timeInForce: 'gtd' }))).toEqual([
      { role: 'take_profit', request: { ...sale, type: 'limit', limitPrice: '110' } },
      { role: 'stop_loss', request: { ...sale, type: 'stop', stopPrice: '95' } },
    ]);
    expect(
      legsOf(oco({ timeInForce: 'day', stopLoss: { stopPrice: '95', limitPrice: '94' } })),
    ).toEqual([
      {
        role: 'stop_loss',
        request: {
          ...sale,
          timeInForce: 'day',
          type: 'stop_limit',
          stopPrice: '95',
          limitPrice: '94',
        },
      },
    ]);
    // Both legs of an OCO end together.
    expect(legsOf(oco({ timeInForce: 'gtd' }))[0]?.request.timeInForce).toBe('gtd');
    const trailing = bracket({
      orderClass: 'oto',
      takeProfit: undefined,
      stopLoss: { trailPercent: '5' },
    });
    expect(legsOf(trailing)).toEqual([
      { role: 'stop_loss', request: { ...sale, type: 'trailing_stop', trailPercent: '5' } },
    ]);
  });

  it('has legs that buy back what it has sold short', () => {
    const purchase = { symbol: 'AAPL', side: 'buy', quantity: '10', timeInForce: 'gtc' };
    expect(legsOf(short())).toEqual([
      { role: 'take_profit', request: { ...purchase, type: 'limit', limitPrice: '90' } },
      { role: 'stop_loss', request: { ...purchase, type: 'stop', stopPrice: '105' } },
    ]);
    expect(legsOf(oco({ side: 'buy' }))).toMatchObject([{ request: { side: 'buy' } }]);
  });

  const LAST = money('100');
  const assertPrices = (request: PlaceOrder) => {
    assertGroupPrices({
      side: legSideOf(request),
      entry: request.orderClass === 'oco' ? undefined : entryPriceOf(pricesOf(request), LAST),
      takeProfit: legPricesOf(request, 'take_profit'),
      stopLoss: legPricesOf(request, 'stop_loss'),
    });
  };
  it.each([
    ['around the last trade', bracket()],
    ['around its limit', bracket({ type: 'limit', limitPrice: '109.99' })],
    ['around its stop', bracket({ type: 'stop', stopPrice: '109.99' })],
    [
      'around its limit, though it waits for a stop',
      bracket({ type: 'stop_limit', stopPrice: '94', limitPrice: '96' }),
    ],
    ['with a limit at the stop', bracket({ stopLoss: { stopPrice: '95', limitPrice: '95' } })],
    ['below and above a short sale', short()],
    [
      'with a limit above the stop that buys',
      short({ stopLoss: { stopPrice: '105', limitPrice: '106' } }),
    ],
    [
      'of an oco that buys around nothing',
      oco({ side: 'buy', limitPrice: '94.99', takeProfit: undefined }),
    ],
    ['of an oco around nothing', oco({ limitPrice: '95.01', takeProfit: undefined })],
  ])('lies %s', (_what, request) => {
    expect(() => assertPrices(request)).not.toThrow();
  });
  it.each([
    [
      'a profit at the last trade',
      bracket({ takeProfit: { limitPrice: '100' } }),
      'bad_take_profit',
    ],
    ['a profit at the limit', bracket({ type: 'limit', limitPrice: '110' }), 'bad_take_profit'],
    [
      'a profit at the stop of the entry',
      bracket({ type: 'stop', stopPrice: '110' }),
      'bad_take_profit',
    ],
    [
      'a profit at the stop of an oco',
      oco({ limitPrice: '95', takeProfit: undefined }),
      'bad_take_profit',
    ],
    ['a stop at the last trade', bracket({ stopLoss: { stopPrice: '100' } }), 'bad_stop_loss'],
    ['a stop at the limit', bracket({ type: 'limit', limitPrice: '95' }), 'bad_stop_loss'],
    [
      'a limit above its stop',
      bracket({ stopLoss: { stopPrice: '95', limitPrice: '95.01' } }),
      'bad_stop_loss',
    ],
    [
      'a profit above a short sale',
      short({ takeProfit: { limitPrice: '100' } }),
      'bad_take_profit',
    ],
    [
      'a profit at the stop of an oco that buys',
      oco({ side: 'buy', limitPrice: '95', takeProfit: undefined }),
      'bad_take_profit',
    ],
    ['a stop below a short sale', short({ stopLoss: { stopPrice: '100' } }), 'bad_stop_loss'],
    [
      'a limit below the stop that buys',
      short({ stopLoss: { stopPrice: '105', limitPrice: '104.99' } }),
      'bad_stop_loss',
    ],
    ['a trail of the whole price', bracket({ stopLoss: { trailAmount: '100' } }), 'bad_stop_loss'],
  ])('does not lie so: %s', (_what, request, refusal) => {
    expect(() => assertPrices(request)).toThrow(code(refusal));
  });
});
