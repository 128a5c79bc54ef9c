import fc from 'fast-check';
import { plain, plainPaper } from '../../../../../test/support/paper-quote.js';
import { money, sumOf } from '../../../../kernel/money.js';
import type { Quote } from '../../../market-data/index.js';
import { MatchingBook } from '../../matching/matching-book.js';
import { TIMES_IN_FORCE } from '../../orders/time-in-force.js';
import { feeOf } from './fees.js';
import { playTicks, type PaperOrder, type PaperOutcome } from './paper-market.js';
import { paperModel } from './paper-model.js';

const START_MS = Date.UTC(2026, 10, 25, 15);
const TICK_MS = 1_000;
const SYMBOLS = ['AAPL', 'MSFT'] as const;

const costly = paperModel({
  ...plainPaper,
  slippageBps: '3',
  slippageSizeBps: '10',
  slippageRandomBps: '5',
  feePerShare: '0.005',
  feeBps: '1',
  feeMinimumPerOrder: '1',
  feeSellBps: '0.278',
  latencyMs: 700,
});

const orderArbitrary = fc.record({
  symbol: fc.constantFrom(...SYMBOLS),
  side: fc.constantFrom('buy' as const, 'sell' as const),
  limit: fc.option(fc.integer({ min: 9_900, max: 10_100 })),
  timeInForce: fc.constantFrom(...TIMES_IN_FORCE),
  quantity: fc.integer({ min: 1, max: 500 }),
  acceptedAfterMs: fc.nat(10_000),
});
const ordersArbitrary = fc
  .array(orderArbitrary, { minLength: 1, maxLength: 25 })
  .map((wanted) => wanted.map(toOrder));
const ticksArbitrary = fc
  .array(
    fc.record({
      bid: fc.integer({ min: 9_890, max: 10_090 }),
      spread: fc.integer({ min: 1, max: 20 }),
      bidSize: fc.nat(600),
      askSize: fc.nat(600),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((wanted) =>
    wanted.flatMap((one, tick) => SYMBOLS.map((symbol) => toQuote(symbol, one, tick))),
  );

function toOrder(
  wanted: typeof orderArbitrary extends fc.Arbitrary<infer T> ? T : never,
  at: number,
): PaperOrder {
  const { symbol, side, limit, timeInForce, quantity, acceptedAfterMs } = wanted;
  return {
    id: `order-${String(at).padStart(3, '0')}`,
    drawKey: `${symbol} ${side} ${limit}`,
    symbol,
    acceptedAt: new Date(START_MS + acceptedAfterMs),
    terms: {
      side,
      type: limit === null ? 'market' : 'limit',
      quantity: money(quantity),
      limitPrice: limit === null ? undefined : money(limit).div(100),
    },
    timeInForce,
    expiresAt: timeInForce === 'gtd' ? new Date(START_MS + 6_000) : null,
  };
}

function toQuote(
  symbol: string,
  {
    bid,
    spread,
    bidSize,
    askSize,
  }: { bid: number; spread: number; bidSize: number; askSize: number },
  tick: number,
): Quote {
  return {
    symbol,
    bid: money(bid).div(100).toFixed(2),
    ask: money(bid + spread)
      .div(100)
      .toFixed(2),
    last: money(bid).div(100).toFixed(2),
    bidSize: String(bidSize),
    askSize: String(askSize),
    asOf: new Date(START_MS + tick * TICK_MS).toISOString(),
    source: 'replay',
  };
}

const told = ({ fills, ends }: PaperOutcome) => ({
  fills: fills.map(({ orderId, asOf, fill, fee, why }) =>
    [orderId, asOf, fill.quantity, fill.price, fee, why.rule, why.slippage].map(String),
  ),
  ends: [...ends].sort(),
});

describe('the paper market', () => {
  it('makes of the same seed, orders and ticks the same fills, in whatever order the accounts come', () => {
    fc.assert(
      fc.property(
        ordersArbitrary.chain((orders) =>
          fc.tuple(fc.constant(orders), fc.shuffledSubarray(orders, { minLength: orders.length })),
        ),
        ticksArbitrary,
        ([orders, shuffled], ticks) => {
          const once = told(playTicks(costly, orders, ticks));
          expect(told(playTicks(costly, orders, ticks))).toEqual(once);
          expect(told(playTicks(costly, shuffled, ticks))).toEqual(once);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('draws the same for an order that is placed again under its name, whatever its id is by then', () => {
    const tick = toQuote('AAPL', { bid: 10_000, spread: 2, bidSize: 100, askSize: 100 }, 1);
    const wanted = { symbol: 'AAPL', side: 'buy', limit: null, timeInForce: 'gtc' } as const;
    const order = toOrder({ ...wanted, quantity: 9, acceptedAfterMs: 0 }, 0);
    const pricesOf = (changes: readonly Partial<PaperOrder>[]) =>
      changes.map(
        (change) => playTicks(costly, [{ ...order, ...change }], [tick]).fills[0]?.fill.price,
      );
    const ids = pricesOf(['a', 'b', 'c', 'd', 'e'].map((id) => ({ id })));
    expect(new Set(ids.map(String)).size).toBe(1);
    const names = pricesOf(['a', 'b', 'c', 'd', 'e'].map((drawKey) => ({ drawKey })));
    expect(new Set(names.map(String)).size).toBeGreaterThan(1);
  });

  it('lets an order meet no tick from before it was accepted, and none from its end on', () => {
    const wanted = { symbol: 'AAPL', side: 'buy', limit: null, quantity: 9 } as const;
    const ticks = [0, 1, 5, 6].map((second) =>
      toQuote('AAPL', { bid: 10_000, spread: 2, bidSize: 100, askSize: 100 }, second),
    );
    const metBy = (acceptedAfterMs: number) => {
      const order = toOrder({ ...wanted, timeInForce: 'gtd', acceptedAfterMs }, 0);
      const { fills, ends } = playTicks(plain, [order], ticks);
      return [...fills.map(({ asOf }) => Date.parse(asOf) - START_MS), ends.get(order.id)];
    };
    // It ends six seconds after the start.
    expect([0, 1, 5_000, 5_001].map(metBy)).toEqual([
      [0, 'filled'],
      [1_000, 'filled'],
      [5_000, 'filled'],
      ['expired'],
    ]);
  });

  it('draws other slippage for another seed', () => {
    const [order, tick] = [
      toOrder(
        {
          symbol: 'AAPL',
          side: 'buy',
          limit: null,
          timeInForce: 'gtc',
          quantity: 9,
          acceptedAfterMs: 0,
        },
        0,
      ),
      toQuote('AAPL', { bid: 10_000, spread: 2, bidSize: 100, askSize: 100 }, 1),
    ];
    const priceOf = (seed: string) =>
      playTicks({ ...costly, seed }, [order], [tick]).fills[0]?.fill.price.toFixed();
    expect(new Set(['a', 'b', 'c', 'd', 'e'].map(priceOf)).size).toBeGreaterThan(1);
  });

  it('gives of a tick no more than it quotes, never beyond a limit, and asks the fee of the whole', () => {
    fc.assert(
      fc.property(ordersArbitrary, ticksArbitrary, (orders, ticks) => {
        const { fills } = playTicks(costly, orders, ticks);
        const byId = new Map(orders.map((order) => [order.id, order]));
        for (const { symbol, asOf, bidSize = 0, askSize = 0 } of ticks) {
          for (const [side, size] of [
            ['buy', askSize],
            ['sell', bidSize],
          ] as const) {
            const here = fills.filter(
              (one) =>
                one.asOf === asOf &&
                one.fill.side === side &&
                byId.get(one.orderId)?.symbol === symbol,
            );
            expect(sumOf(here.map(({ fill }) => fill.quantity)).lte(size)).toBe(true);
          }
        }
        for (const { id, terms, acceptedAt } of orders) {
          const own = fills.filter(({ orderId }) => orderId === id);
          if (own.length === 0) continue;
          const { side, limitPrice } = terms;
          const quantity = sumOf(own.map(({ fill }) => fill.quantity));
          const notional = sumOf(own.map(({ fill }) => fill.quantity.times(fill.price)));
          expect(quantity.lte(terms.quantity)).toBe(true);
          const fees = sumOf(own.map(({ fee }) => fee));
          expect(fees.eq(feeOf(costly.fees, { side, quantity, notional }))).toBe(true);
          for (const { fill, asOf } of own) {
            expect(Date.parse(asOf) - acceptedAt.getTime()).toBeGreaterThanOrEqual(700);
            const isWithin =
              side === 'buy' ? limitPrice?.gte(fill.price) : limitPrice?.lte(fill.price);
            expect(isWithin ?? true).toBe(true);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('shares a tick out as an order book would whose resting orders it hits: by price, then by time', () => {
    const buys = fc.array(
      fc.record({
        limit: fc.integer({ min: 95, max: 105 }),
        quantity: fc.integer({ min: 1, max: 50 }),
      }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(buys, fc.integer({ min: 1, max: 300 }), (wanted, size) => {
        const orders = wanted.map(({ limit, quantity }, at) =>
          toOrder(
            {
              symbol: 'AAPL',
              side: 'buy',
              limit: limit * 100,
              timeInForce: 'gtc',
              quantity,
              acceptedAfterMs: at,
            },
            at,
          ),
        );
        const tick = toQuote('AAPL', { bid: 9_998, spread: 2, bidSize: 1, askSize: size }, 1);
        const { fills } = playTicks(plain, orders, [tick]);
        const book = new MatchingBook();
        wanted.forEach(({ limit, quantity }, at) => {
          book.place({ id: orders[at]?.id ?? '', owner: 'a', side: 'buy', quantity, limit });
        });
        const { fills: matched } = book.place({
          id: 'the tick',
          owner: 'the market',
          side: 'sell',
          quantity: size,
          limit: 100,
          timeInForce: 'ioc',
        });
        expect(fills.map(({ orderId, fill }) => [orderId, fill.quantity.toNumber()])).toEqual(
          matched.map(({ maker, quantity }) => [maker, quantity]),
        );
      }),
    );
  });
});
