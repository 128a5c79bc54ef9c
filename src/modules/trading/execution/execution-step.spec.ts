import fc from 'fast-check';
import { money } from '../../../kernel/money.js';
import type { Quote } from '../../market-data/index.js';
import type { OrderSide, TradedType } from '../orders/order.js';
import { TIMES_IN_FORCE, type TimeInForce } from '../orders/time-in-force.js';
import { executionStep } from './execution-step.js';

const AS_OF = '2026-11-25T15:00:00.000Z';
const quote = (overrides: Partial<Quote> = {}): Quote => ({
  symbol: 'AAPL',
  bid: '99.90',
  ask: '100.10',
  last: '100.00',
  bidSize: '300',
  askSize: '200',
  asOf: AS_OF,
  source: 'simulated',
  ...overrides,
});

interface Wanted {
  readonly side?: OrderSide;
  readonly type?: TradedType;
  readonly quantity?: string;
  readonly limitPrice?: string;
  readonly timeInForce?: TimeInForce;
  readonly filled?: string;
  readonly lastFillQuoteAsOf?: Date;
}

const step = (wanted: Wanted, on = quote()) => {
  const { side = 'buy', type = 'market', quantity = '100', limitPrice } = wanted;
  const terms = {
    side,
    type,
    quantity: money(quantity),
    limitPrice: limitPrice === undefined ? undefined : money(limitPrice),
  };
  const { timeInForce = 'gtc', filled = '0', lastFillQuoteAsOf = null } = wanted;
  const found = executionStep(
    { terms, timeInForce, filledQuantity: money(filled), lastFillQuoteAsOf },
    on,
  );
  if (found.kind !== 'fill') return found;
  const { fill, isLast, endsRest } = found;
  return { quantity: fill.quantity.toFixed(), price: fill.price.toFixed(), isLast, endsRest };
};

describe('the step that a quote makes of an order', () => {
  it('takes all that is left when the quote offers it: a buy at the ask, a sale at the bid', () => {
    expect(step({ quantity: '200' })).toEqual({
      quantity: '200',
      price: '100.1',
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
    expect(step({ quantity: '201', filled: '200', lastFillQuoteAsOf })).toEqual({ kind: 'wait' });
    const later = quote({ asOf: '2026-11-25T15:00:00.100Z' });
    expect(step({ quantity: '201', filled: '200', lastFillQuoteAsOf }, later)).toMatchObject({
      quantity: '1',
      isLast: true,
    });
    // A clock that was set back: no tick before counts either.
    const earlier = quote({ asOf: '2026-11-25T14:59:59.900Z' });
    expect(step({ quantity: '201', filled: '200', lastFillQuoteAsOf }, earlier)).toEqual({
      kind: 'wait',
    });
  });

  it('takes any quantity from a quote without sizes', () => {
    const { bidSize: _bid, askSize: _ask, ...sizeless } = quote();
    expect(step({ quantity: '1000000' }, sizeless)).toMatchObject({
      quantity: '1000000',
      isLast: true,
    });
  });

  it('lets a limit order wait for its price, and gives it a better one where there is one', () => {
    expect(step({ type: 'limit', limitPrice: '100.09' })).toEqual({ kind: 'wait' });
    expect(step({ type: 'limit', limitPrice: '100.10' })).toMatchObject({ price: '100.1' });
    expect(step({ type: 'limit', limitPrice: '150' })).toMatchObject({ price: '100.1' });
    expect(step({ side: 'sell', type: 'limit', limitPrice: '99.91' })).toEqual({ kind: 'wait' });
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

  it('never fills beyond what was asked for or is offered, nor at a price beyond the limit', () => {
    const cents = fc.integer({ min: 1, max: 20_000 });
    const shares = fc.integer({ min: 1, max: 1_000 });
    fc.assert(
      fc.property(
        fc.constantFrom('buy' as const, 'sell' as const),
        fc.constantFrom(...TIMES_IN_FORCE),
        fc.record({ limit: fc.option(cents), bid: cents, spread: shares }),
        fc.record({ quantity: shares, filled: fc.nat(999), size: fc.nat(1_000) }),
        (side, timeInForce, { limit, bid, spread }, { quantity, filled, size }) => {
          fc.pre(filled < quantity);
          const terms = {
            side,
            type: limit === null ? ('market' as const) : ('limit' as const),
            quantity: money(quantity),
            limitPrice: limit === null ? undefined : money(limit).div(100),
          };
          const prices = { bid: money(bid).div(100), ask: money(bid + spread).div(100) };
          const found = executionStep(
            { terms, timeInForce, filledQuantity: money(filled), lastFillQuoteAsOf: null },
            quote({
              bid: prices.bid.toFixed(),
              ask: prices.ask.toFixed(),
              bidSize: String(size),
              askSize: String(size),
            }),
          );
          if (found.kind !== 'fill') return;
          const { fill, isLast, endsRest } = found;
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
