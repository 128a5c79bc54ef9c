import fc from 'fast-check';
import { money, type Money } from '../../../../kernel/money.js';
import type { OrderSide, OrderTerms } from '../order.js';
import { assertOrderSize, notionalOf } from './order-limits.js';
import { assertPositionLimit, exposureOf, type OpenQuantity } from './position-limit.js';
import { assertWithinCollar } from './price-collar.js';
import { assertFresh } from './quote-age.js';
import { limitsOf } from './risk-limits.js';
import { assertNoWashTrade, couldCross } from './wash-trade.js';

const PRICES = { bid: money('99'), ask: money('101') };
const SETTINGS = {
  maxOrderQuantity: '1000',
  maxOrderNotional: '50000',
  maxPositionNotional: '80000',
  priceCollarPercent: '10',
  refusesWashTrades: true,
};
const LIMITS = limitsOf(SETTINGS);

const terms = (side: OrderSide, quantity: string, limit?: string): OrderTerms => ({
  side,
  type: limit === undefined ? 'market' : 'limit',
  quantity: money(quantity),
  limitPrice: limit === undefined ? undefined : money(limit),
});
const refusal = (check: () => void): object => {
  try {
    check();
  } catch (error) {
    const { code, details } = error as { code: string; details: object };
    return { code, details };
  }
  return { code: 'accepted' };
};

describe('the limits of an account', () => {
  it('are those of everybody, but for its own', () => {
    const own = limitsOf(SETTINGS, { maxOrderQuantity: '5', maxOrderNotional: null });
    expect(own.maxOrderQuantity.toFixed()).toBe('5');
    expect(own.maxOrderNotional.toFixed()).toBe('50000');
  });
});

describe('the size of an order', () => {
  it.each<[string, OrderTerms, string]>([
    // By hand: 10 × 101, 10 × 120, 10 × 99, 10 × 150, and below the bid a sale gets the bid: 10 × 99.
    ['a market buy costs the ask', terms('buy', '10'), '1010'],
    ['a limit buy at most its limit', terms('buy', '10', '120'), '1200'],
    ['a market sale gets the bid', terms('sell', '10'), '990'],
    ['a limit sale at least its limit', terms('sell', '10', '150'), '1500'],
    ['a sale below the bid gets the bid', terms('sell', '10', '50'), '990'],
    [
      'a stop that buys begins at its price',
      { ...terms('buy', '10'), stopPrice: money('150') },
      '1500',
    ],
  ])('%s', (_what, order, notional) => {
    expect(notionalOf(order, PRICES).toFixed()).toBe(notional);
  });

  it('may reach the limits, and not pass them', () => {
    const check = (order: OrderTerms) => refusal(() => assertOrderSize(order, PRICES, LIMITS));
    expect(check(terms('buy', '1000', '50'))).toEqual({ code: 'accepted' });
    expect(check(terms('buy', '1000.000001', '1'))).toEqual({
      code: 'trading.order_too_large',
      details: { of: 'quantity', limit: '1000', asked: '1000.000001' },
    });
    // 496 × 101 = 50,096.
    expect(check(terms('buy', '496'))).toEqual({
      code: 'trading.order_too_large',
      details: { of: 'notional', limit: '50000', asked: '50096' },
    });
  });
});

describe('the price collar', () => {
  const check = (order: OrderTerms) => refusal(() => assertWithinCollar(order, PRICES, LIMITS));
  // 101 + 10 % = 111.1; 99 − 10 % = 89.1.
  it('bounds what lies through the market', () => {
    expect(check(terms('buy', '1', '111.1'))).toEqual({ code: 'accepted' });
    expect(check(terms('buy', '1', '111.1001'))).toEqual({
      code: 'trading.price_outside_collar',
      details: { limit: '111.1', asked: '111.1001' },
    });
    expect(check(terms('sell', '1', '89.1'))).toEqual({ code: 'accepted' });
    expect(check(terms('sell', '1', '89.0999'))).toEqual({
      code: 'trading.price_outside_collar',
      details: { limit: '89.1', asked: '89.0999' },
    });
  });

  it('is measured from the stop of an order that waits for it', () => {
    const waiting = (side: OrderSide, stop: string, limit: string) =>
      check({ ...terms(side, '1', limit), stopPrice: money(stop) });
    // 200 + 10 % = 220, far above the ask of today; 50 − 10 % = 45.
    expect(waiting('buy', '200', '220')).toEqual({ code: 'accepted' });
    expect(waiting('buy', '200', '220.01')).toMatchObject({ details: { limit: '220' } });
    expect(waiting('sell', '50', '45')).toEqual({ code: 'accepted' });
    expect(waiting('sell', '50', '44.99')).toMatchObject({ details: { limit: '45' } });
  });

  it('leaves alone who only waits, and who names no price', () => {
    const harmless = [terms('buy', '1', '0.01'), terms('sell', '1', '99999'), terms('buy', '1')];
    for (const order of harmless) expect(check(order)).toEqual({ code: 'accepted' });
  });
});

describe('a quote', () => {
  it('is fresh up to its age, and stale beyond', () => {
    const asOf = '2026-01-05T15:00:00.000Z';
    const quote = {
      symbol: 'AAPL',
      bid: '1',
      ask: '2',
      last: '1',
      asOf,
      source: 'replay',
    } as const;
    const at = (ageMs: number) =>
      refusal(() => assertFresh(quote, 15_000, Date.parse(asOf) + ageMs));
    expect(at(15_000)).toEqual({ code: 'accepted' });
    expect(at(15_001)).toEqual({
      code: 'trading.stale_quote',
      details: { symbol: 'AAPL', limit: 15_000, asked: 15_001 },
    });
  });
});

describe('wash trades', () => {
  const order = (side: OrderSide, limit?: string) => ({
    side,
    limitPrice: limit === undefined ? undefined : money(limit),
  });
  it.each([
    ['two limits that meet', order('buy', '10'), order('sell', '10'), true],
    ['two limits with room between', order('buy', '9.99'), order('sell', '10'), false],
    ['a market buy beside any sale', order('buy'), order('sell', '9999'), true],
    ['a limit beside a market order', order('sell', '10'), order('buy'), true],
    ['two of one side', order('buy'), order('buy', '10'), false],
  ])('%s', (_what, one, other, crosses) => {
    expect(couldCross(one, other)).toBe(crosses);
    expect(couldCross(other, one)).toBe(crosses);
  });

  it('names the order that is in the way', () => {
    const working = [
      { id: 'far', ...order('sell', '20') },
      { id: 'near', ...order('sell', '10') },
    ];
    expect(refusal(() => assertNoWashTrade(order('buy', '15'), working))).toEqual({
      code: 'trading.wash_trade',
      details: { orderId: 'near' },
    });
  });
});

describe('the position limit', () => {
  const open = (side: OrderSide, left: string): OpenQuantity => ({ side, left: money(left) });
  const check = (held: string, working: OpenQuantity[], order: OpenQuantity) =>
    refusal(() => assertPositionLimit(money(held), working, order, PRICES, LIMITS));

  it('counts what is held, every working order and the new one', () => {
    // (500 + 200 + 92) × 101 = 79,992; with 93 it is 80,093.
    const working = [open('buy', '200'), open('sell', '500')];
    expect(check('500', working, open('buy', '92'))).toEqual({ code: 'accepted' });
    expect(check('500', working, open('buy', '93'))).toEqual({
      code: 'trading.position_limit',
      details: { limit: '80000', asked: '80093' },
    });
  });

  it('may be reached, and not passed', () => {
    const order = open('buy', '100');
    const within = (maxPositionNotional: string) =>
      refusal(() =>
        assertPositionLimit(money(0), [], order, PRICES, {
          maxPositionNotional: money(maxPositionNotional),
        }),
      );
    expect(within('10100')).toEqual({ code: 'accepted' });
    expect(within('10099.99')).toMatchObject({ code: 'trading.position_limit' });
  });

  it('counts a short position as far as it goes below zero', () => {
    // (100 + 809 − 100) × 99 = 80,091.
    expect(check('100', [open('sell', '100')], open('sell', '808'))).toEqual({ code: 'accepted' });
    expect(check('100', [open('sell', '100')], open('sell', '809'))).toMatchObject({
      code: 'trading.position_limit',
      details: { asked: '80091' },
    });
  });

  it('is of no position the other way, however much works for it', () => {
    const { long, short } = exposureOf(money('-10'), [open('buy', '3'), open('sell', '2')]);
    expect([long.toFixed(), short.toFixed()]).toEqual(['0', '12']);
    const other = exposureOf(money('10'), [open('buy', '3'), open('sell', '2')]);
    expect([other.long.toFixed(), other.short.toFixed()]).toEqual(['13', '0']);
  });

  it('never refuses the way out of a position that is too large', () => {
    expect(check('5000', [], open('sell', '5000'))).toEqual({ code: 'accepted' });
    expect(check('-5000', [], open('buy', '5000'))).toEqual({ code: 'accepted' });
  });

  it('is passed by no history of accepted orders, fills and cancellations', () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('place' as const),
        side: fc.constantFrom<OrderSide>('buy', 'sell'),
        shares: fc.integer({ min: 1, max: 600 }),
      }),
      fc.record({ kind: fc.constantFrom('fill', 'cancel'), nth: fc.nat(20), part: fc.nat(100) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let held = money(0);
        let working: OpenQuantity[] = [];
        const worth = (): Money[] => {
          const { long, short } = exposureOf(held, working);
          return [long.times(PRICES.ask), short.times(PRICES.bid)];
        };
        for (const each of steps) {
          if (each.kind === 'place') {
            const order = { side: each.side, left: money(each.shares) };
            const { code } = refusal(() =>
              assertPositionLimit(held, working, order, PRICES, LIMITS),
            ) as { code: string };
            if (code === 'accepted') working = [...working, order];
          } else {
            const order = working[each.nth % Math.max(1, working.length)];
            if (order === undefined) continue;
            const traded =
              each.kind === 'fill' ? order.left.times(each.part).div(100) : order.left.times(0);
            held = order.side === 'buy' ? held.plus(traded) : held.minus(traded);
            const left = order.left.minus(traded);
            working = working.filter((other) => other !== order);
            if (each.kind === 'fill' && left.gt(0)) working.push({ side: order.side, left });
          }
          for (const usd of worth()) {
            expect(usd.lte(LIMITS.maxPositionNotional)).toBe(true);
          }
        }
      }),
    );
  });
});
