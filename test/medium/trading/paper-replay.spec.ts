import { money } from '../../../src/kernel/money.js';
import type { Quote } from '../../../src/modules/market-data/index.js';
import { parseReplaySeries } from '../../../src/modules/market-data/replay/replay-bars.js';
import { ReplayProvider } from '../../../src/modules/market-data/replay/replay.provider.js';
import {
  playTicks,
  type PaperOrder,
} from '../../../src/modules/trading/execution/paper/paper-market.js';
import { paperModel } from '../../../src/modules/trading/execution/paper/paper-model.js';
import {
  workingTimeOf,
  type TimeInForce,
} from '../../../src/modules/trading/orders/time-in-force.js';
import { plainPaper } from '../../support/paper-quote.js';

/** Five seconds before the exchange closes: the fifth bar ends with the session. */
const STARTED_AT_MS = Date.UTC(2025, 0, 2, 20, 59, 55);
const ACCEPTED_MS = STARTED_AT_MS + 500;
const CLOSES = ['100', '101', '99', '98', '102', '97', '103', '100'];
const CSV = [
  'date,open,high,low,close,volume',
  ...CLOSES.map(
    (close, day) => `2017-01-${String(day + 3).padStart(2, '0')},100,103,97,${close},1000`,
  ),
].join('\n');

const settings = {
  ...plainPaper,
  seed: 'replay',
  // A tenth of a percent.
  slippageBps: '10',
  feePerShare: '0.01',
  feeMinimumPerOrder: '1',
  // A tenth of a percent of what a sale brings.
  feeSellBps: '10',
};
const provider = new ReplayProvider({
  series: [parseReplaySeries('SPY', 'SPY.csv', CSV)],
  contentHash: 'spec',
  barsPerSecond: 1,
  tickMs: 1_000,
  startedAtMs: STARTED_AT_MS,
});
/** The close of each bar, a cent below and above it; bars know no sizes, so these are given: 60 wanted, 100 offered. */
const ticks = CLOSES.map((_, bar): Quote => {
  const quote = provider.quote('SPY', STARTED_AT_MS + (bar + 1) * 1_000);
  if (quote === undefined) throw new Error('no quote');
  return { ...quote, bidSize: '60', askSize: '100' };
});

interface Wanted {
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  readonly limit?: string;
  readonly timeInForce?: TimeInForce;
  /** Of a `gtd` order, seconds after the start. */
  readonly endsAfter?: number;
}

function toOrder(wanted: Wanted, at: number): PaperOrder {
  const { side, quantity, limit, timeInForce = 'gtc', endsAfter } = wanted;
  const end =
    endsAfter === undefined
      ? {}
      : { expiresAt: new Date(STARTED_AT_MS + endsAfter * 1_000).toISOString() };
  const type = limit === undefined ? 'market' : 'limit';
  return {
    id: `order ${at}`,
    drawKey: `order ${at}`,
    symbol: 'SPY',
    acceptedAt: new Date(ACCEPTED_MS + at),
    terms: {
      side,
      type,
      quantity: money(quantity),
      limitPrice: limit === undefined ? undefined : money(limit),
    },
    timeInForce,
    expiresAt: workingTimeOf({ type, timeInForce, ...end }, 'always', ACCEPTED_MS).expiresAt,
  };
}

/** `bar: quantity @ price, fee`, and at last what has become of it. */
function played(wanted: readonly Wanted[], paper = paperModel(settings)): string[][] {
  const orders = wanted.map(toOrder);
  const { fills, ends } = playTicks(paper, orders, ticks);
  return orders.map(({ id }) => [
    ...fills
      .filter(({ orderId }) => orderId === id)
      .map(({ asOf, fill: { quantity, price }, fee }) => {
        const bar = (Date.parse(asOf) - STARTED_AT_MS) / 1_000;
        return `${bar}: ${quantity.toFixed()} @ ${price.toFixed()}, ${fee.toFixed(2)}`;
      }),
    ends.get(id) ?? 'works',
  ]);
}
const alone = (wanted: Wanted, paper = paperModel(settings)) => played([wanted], paper)[0];

describe('orders on replayed bars', () => {
  it('meet the closes, a cent around', () => {
    expect(ticks.map(({ bid, ask }) => `${bid} ${ask}`)).toEqual([
      '99.99 100.01',
      '100.99 101.01',
      '98.99 99.01',
      '97.99 98.01',
      '101.99 102.01',
      '96.99 97.01',
      '102.99 103.01',
      '99.99 100.01',
    ]);
  });

  it('market: takes tick by tick what is offered', () => {
    // 100.01 × 1.001 = 100.11001, 101.01 × 1.001 = 101.11101, 99.01 × 1.001 = 99.10901, each rounded up to four places.
    // 100 shares cost 1.00 (also the minimum), 200 cost 2.00, 250 cost 2.50.
    expect(alone({ side: 'buy', quantity: 250 })).toEqual([
      '1: 100 @ 100.1101, 1.00',
      '2: 100 @ 101.1111, 1.00',
      '3: 50 @ 99.1091, 0.50',
      'filled',
    ]);
  });

  it('limit: waits for its price, slips no farther than to it, and pays less where less is asked', () => {
    // Bar 3: 99.1091 would be beyond 99.05. Bar 4: 98.01 × 1.001 = 98.10801.
    expect(alone({ side: 'buy', quantity: 150, limit: '99.05' })).toEqual([
      '3: 100 @ 99.05, 1.00',
      '4: 50 @ 98.1081, 0.50',
      'filled',
    ]);
    expect(alone({ side: 'buy', quantity: 1, limit: '97' })).toEqual(['works']);
  });

  it('ioc: trades what it can at once, and nothing later', () => {
    // 99.99 × 0.999 = 99.89001, rounded down. 1.00 + 0.001 × 60 × 99.89 = 6.9934, rounded up.
    const ioc = { side: 'sell', timeInForce: 'ioc' } as const;
    expect(alone({ ...ioc, quantity: 100 })).toEqual(['1: 60 @ 99.89, 7.00', 'cancelled']);
    expect(alone({ ...ioc, quantity: 50, limit: '100' })).toEqual(['cancelled']);
  });

  it('fok: all at once or nothing', () => {
    const fok = { side: 'buy', timeInForce: 'fok' } as const;
    expect(alone({ ...fok, quantity: 100 })).toEqual(['1: 100 @ 100.1101, 1.00', 'filled']);
    expect(alone({ ...fok, quantity: 101 })).toEqual(['cancelled']);
  });

  it('day: until the exchange closes, with the fifth bar', () => {
    // Bar 2: 100.99 × 0.999 = 100.88901; 1.00 + 0.001 × 30 × 100.889 = 4.02667.
    const day = { side: 'sell', quantity: 30, timeInForce: 'day' } as const;
    expect(alone({ ...day, limit: '100.5' })).toEqual(['2: 30 @ 100.889, 4.03', 'filled']);
    expect(alone({ ...day, limit: '101.9' })).toEqual(['expired']);
    // Bar 5: 101.99 × 0.999 = 101.88801 would be below its limit; 1.00 + 0.001 × 30 × 101.9 = 4.057.
    const gtc = { ...day, timeInForce: 'gtc', limit: '101.9' } as const;
    expect(alone(gtc)).toEqual(['5: 30 @ 101.9, 4.06', 'filled']);
  });

  it('gtd: until its own end, which is the first moment that it trades no more', () => {
    // 97.01 × 1.001 = 97.10701
    const gtd = { side: 'buy', quantity: 20, limit: '97.5', timeInForce: 'gtd' } as const;
    expect(alone({ ...gtd, endsAfter: 6.5 })).toEqual(['6: 20 @ 97.1071, 1.00', 'filled']);
    expect(alone({ ...gtd, endsAfter: 6 })).toEqual(['expired']);
  });

  it('share a tick by price, then by time', () => {
    // Bar 1 offers 100: 70 to the market order, though it came last, and 30 to the higher limit. Bar 2 is too dear for both limits.
    // Bar 3: the 20 that are left, then the other limit. The second part of an order costs nothing more: 0.50 is below the minimum.
    const limits = [
      { side: 'buy', quantity: 50, limit: '101' },
      { side: 'buy', quantity: 40, limit: '100.5' },
    ] as const;
    expect(played([...limits, { side: 'buy', quantity: 70 }])).toEqual([
      ['1: 30 @ 100.1101, 1.00', '3: 20 @ 99.1091, 0.00', 'filled'],
      ['3: 40 @ 99.1091, 1.00', 'filled'],
      ['1: 70 @ 100.1101, 1.00', 'filled'],
    ]);
  });

  it('trade first on a tick that their latency is over by', () => {
    const slow = paperModel({ ...settings, latencyMs: 1_500 });
    expect(alone({ side: 'buy', quantity: 10 }, slow)).toEqual([
      '2: 10 @ 101.1111, 1.00',
      'filled',
    ]);
  });
});
