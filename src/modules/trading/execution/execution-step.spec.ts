import fc from 'fast-check';
import { AS_OF, ID, NOW_MS, plain, quote, slipping } from '../../../../test/support/paper-quote.js';
import { money } from '../../../kernel/money.js';
import type { OrderSide, TradedType } from '../orders/order.js';
import { TIMES_IN_FORCE, type TimeInForce } from '../orders/time-in-force.js';
import { executionStep, type MarketConditions } from './execution-step.js';

interface Wanted {
  readonly side?: OrderSide;
  readonly type?: TradedType;
  readonly quantity?: string;
  readonly limitPrice?: string;
  readonly timeInForce?: TimeInForce;
  readonly filled?: string;
  readonly lastFillQuoteAsOf?: Date;
  /** Of the tick. */
  readonly acceptedMsBefore?: number;
}

const step = (wanted: Wanted, on = quote(), conditions: Partial<MarketConditions> = {}) => {
  const { side = 'buy', type = 'market', quantity = '100', limitPrice } = wanted;
  const terms = {
    side,
    type,
    quantity: money(quantity),
    limitPrice: limitPrice === undefined ? undefined : money(limitPrice),
  };
  const { timeInForce = 'gtc', filled = '0', lastFillQuoteAsOf = null } = wanted;
  const found = executionStep(
    {
      id: ID,
      drawKey: 'x',
      acceptedAt: new Date(NOW_MS - (wanted.acceptedMsBefore ?? 0)),
      terms,
      timeInForce,
      filledQuantity: money(filled),
      lastFillQuoteAsOf,
    },
    on,
    { paper: plain, nowMs: NOW_MS, ...conditions },
  );
  if (found.kind !== 'fill') return found;
  const { fill, isLast, endsRest, why } = found;
  const { rule } = why;
  return { quantity: fill.quantity.toFixed(), price: fill.price.toFixed(), rule, isLast, endsRest };
};

const waits = { kind: 'wait', reason: 'waiting' };

describe('the step that a quote makes of an order', () => {
  it('takes all that is left when the quote offers it: a buy at the ask, a sale at the bid', () => {
    expect(step({ quantity: '200' })).toEqual({
      quantity: '200',
      price: '100.1',
      rule: 'market',
      isLast: true,
      endsRest: false,
    });
    expect(step({ side: 'sell', quantity: '300', filled: '20' })).toMatchObject({
      quantity: '280',
      price: '99.9',
      isLast: true,
    });
  });

  it('takes no more than the size that is quoted on its side, and leaves the rest for later ticks', () => {
    expect(step({ quantity: '201' })).toMatchObject({ quantity: '200', isLast: false });
    expect(step({ side: 'sell', quantity: '1000', filled: '600' })).toMatchObject({
      quantity: '300',
      isLast: false,
    });
  });

  it('takes of each tick once', () => {
    const lastFillQuoteAsOf = new Date(AS_OF);
    expect(step({ quantity: '201', filled: '200', lastFillQuoteAsOf })).toEqual(waits);
    const later = quote({ asOf: '2026-11-25T15:00:00.100Z' });
    expect(step({ quantity: '201', filled: '200', lastFillQuoteAsOf }, later)).toMatchObject({
      quantity: '1',
      isLast: true,
    });
    // A clock that was set back: no tick before counts either.
    const earlier = quote({ asOf: '2026-11-25T14:59:59.900Z' });
    expect(step({ quantity: '201', filled: '200', lastFillQuoteAsOf }, earlier)).toEqual(waits);
  });

  it('takes any quantity from a quote without sizes', () => {
    const { bidSize: _bid, askSize: _ask, ...sizeless } = quote();
    expect(step({ quantity: '1000000' }, sizeless)).toMatchObject({
      quantity: '1000000',
      isLast: true,
    });
  });

  it('lets a limit order wait for its price, and gives it a better one where there is one', () => {
    expect(step({ type: 'limit', limitPrice: '100.09' })).toEqual(waits);
    expect(step({ type: 'limit', limitPrice: '100.10' })).toMatchObject({
      ...{ price: '100.1', rule: 'limit' },
    });
    expect(step({ type: 'limit', limitPrice: '150' })).toMatchObject({ price: '100.1' });
    expect(step({ side: 'sell', type: 'limit', limitPrice: '99.91' })).toEqual(waits);
    expect(step({ side: 'sell', type: 'limit', limitPrice: '50' })).toMatchObject({
      price: '99.9',
    });
  });

  const cancelled = { kind: 'end', status: 'cancelled', reason: 'not_filled_at_once' };

  it('ioc: takes what is there, and lets nothing wait', () => {
    const ioc = { timeInForce: 'ioc', quantity: '500' } as const;
    expect(step(ioc)).toMatchObject({ quantity: '200', isLast: false, endsRest: true });
    expect(step({ ...ioc, quantity: '200' })).toMatchObject({ isLast: true, endsRest: false });
    expect(step({ ...ioc, type: 'limit', limitPrice: '100' })).toEqual(cancelled);
  });

  it('fok: takes all or nothing', () => {
    const fok = { timeInForce: 'fok' } as const;
    expect(step({ ...fok, quantity: '200' })).toMatchObject({ quantity: '200', isLast: true });
    expect(step({ ...fok, quantity: '201' })).toEqual(cancelled);
    expect(step({ ...fok, type: 'limit', limitPrice: '100' })).toEqual(cancelled);
  });

  it('takes no more than others have left of the size that is quoted', () => {
    const conditions = { unclaimed: money(40) };
    expect(step({ quantity: '100' }, quote(), conditions)).toMatchObject({ quantity: '40' });
    const fok = { timeInForce: 'fok' } as const;
    expect(step(fok, quote(), conditions)).toEqual(cancelled);
    expect(step({}, quote(), { unclaimed: money(0) })).toEqual(waits);
  });

  it('slips to a worse price, by the share of the quoted size that it takes, and never beyond a limit', () => {
    // 100.10 × 1.0005 = 100.15005, rounded up; 99.90 × 0.9995 = 99.85005, rounded down.
    const fixed = { paper: slipping('5') };
    expect(step({}, quote(), fixed)).toMatchObject({ price: '100.1501' });
    expect(step({ side: 'sell' }, quote(), fixed)).toMatchObject({ price: '99.85' });
    // Half of the 200 that are offered: 5 of the 10 bps.
    const bySize = { paper: slipping('0', '10') };
    expect(step({ quantity: '100' }, quote(), bySize)).toMatchObject({ price: '100.1501' });
    const limit = { type: 'limit', limitPrice: '100.12' } as const;
    expect(step(limit, quote(), fixed)).toMatchObject({ price: '100.12' });
    const sale = { side: 'sell', type: 'limit', limitPrice: '99.88' } as const;
    expect(step(sale, quote(), fixed)).toMatchObject({ price: '99.88' });
  });

  it('trades first on a tick that its latency is over by, also what may not wait', () => {
    const paper = { ...plain, latencyMs: 50 };
    const onItsWay = { kind: 'wait', reason: 'on_its_way' };
    for (const timeInForce of TIMES_IN_FORCE) {
      expect(step({ timeInForce, acceptedMsBefore: 49 }, quote(), { paper })).toEqual(onItsWay);
      const arrived = step({ timeInForce, acceptedMsBefore: 50 }, quote(), { paper });
      expect(arrived).toMatchObject({ quantity: '100' });
    }
    // Without latency an order trades on the tick that it was accepted in.
    expect(step({ acceptedMsBefore: -400 })).toMatchObject({ quantity: '100' });
  });

  it('never fills on a stale quote: the order waits, and ends where it may not', () => {
    const late = { nowMs: NOW_MS + 15_001 };
    expect(step({}, quote(), late)).toEqual({ kind: 'wait', reason: 'stale_quote' });
    const end = { kind: 'end', status: 'cancelled', reason: 'stale_quote' };
    expect(step({ timeInForce: 'ioc' }, quote(), late)).toEqual(end);
    expect(step({ timeInForce: 'fok' }, quote(), late)).toEqual(end);
    expect(step({}, quote(), { nowMs: NOW_MS + 15_000 })).toMatchObject({ quantity: '100' });
  });

  it('never fills beyond what was asked for or is offered, nor at a price beyond the limit', () => {
    const cents = fc.integer({ min: 1, max: 20_000 });
    const shares = fc.integer({ min: 1, max: 1_000 });
    const bpsOf = () => fc.nat(300).map((bps) => money(bps));
    fc.assert(
      fc.property(
        fc.constantFrom('buy' as const, 'sell' as const),
        fc.constantFrom(...TIMES_IN_FORCE),
        fc.record({ limit: fc.option(cents), bid: cents, spread: shares }),
        fc.record({
          quantity: shares,
          filled: fc.nat(999),
          size: fc.nat(1_000),
          unclaimed: fc.option(fc.nat(1_000)),
        }),
        fc.record({ bps: bpsOf(), sizeBps: bpsOf(), randomBps: bpsOf() }),
        (side, timeInForce, { limit, bid, spread }, quantities, slippage) => {
          const { quantity, filled, size, unclaimed } = quantities;
          fc.pre(filled < quantity);
          const terms = {
            side,
            type: limit === null ? ('market' as const) : ('limit' as const),
            quantity: money(quantity),
            limitPrice: limit === null ? undefined : money(limit).div(100),
          };
          const prices = { bid: money(bid).div(100), ask: money(bid + spread).div(100) };
          const found = executionStep(
            {
              id: ID,
              drawKey: 'x',
              acceptedAt: new Date(AS_OF),
              terms,
              timeInForce,
              filledQuantity: money(filled),
              lastFillQuoteAsOf: null,
            },
            quote({
              bid: prices.bid.toFixed(),
              ask: prices.ask.toFixed(),
              bidSize: String(size),
              askSize: String(size),
            }),
            {
              paper: { ...plain, slippage },
              nowMs: NOW_MS,
              unclaimed: unclaimed === null ? undefined : money(unclaimed),
            },
          );
          if (found.kind !== 'fill') return;
          const { fill, isLast, endsRest, why } = found;
          const quoted = side === 'buy' ? prices.ask : prices.bid;
          const worse = side === 'buy' ? fill.price.minus(quoted) : quoted.minus(fill.price);
          expect(worse.gte(0)).toBe(true);
          expect(why.slippage.eq(worse)).toBe(true);
          expect(fill.price.gt(0)).toBe(true);
          expect(fill.quantity.lte(unclaimed ?? size)).toBe(true);
          expect(fill.quantity.gt(0)).toBe(true);
          expect(fill.quantity.lte(size)).toBe(true);
          expect(fill.quantity.plus(filled).lte(quantity)).toBe(true);
          expect(isLast).toBe(fill.quantity.plus(filled).eq(quantity));
          expect(isLast && endsRest).toBe(false);
          const { limitPrice = fill.price } = terms;
          expect(side === 'buy' ? fill.price.lte(limitPrice) : fill.price.gte(limitPrice)).toBe(
            true,
          );
          if (timeInForce === 'fok') expect(isLast).toBe(true);
        },
      ),
    );
  });
});
