import { money } from '../../../kernel/money.js';
import {
  assertMayTradeItself,
  type AutoTradingFacts,
  type AutoTradingLimits,
} from './auto-trading.js';
import { sharesOf } from './signal-size.js';
import { assertSignalStep, statusAt, type SignalStatus } from './signal-state.js';

const LIMITS: AutoTradingLimits = {
  enabled: true,
  maxOrderNotional: money('1000'),
  maxPositionNotional: money('3000'),
  maxDailyLoss: money('200'),
  maxOpenPositions: 2,
};
const FACTS: AutoTradingFacts = {
  side: 'buy',
  orderNotional: money('1000'),
  positionNotional: money('3000'),
  dayPnl: money('-199.99'),
  otherPositions: 1,
  isOpen: false,
};
const refusal = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    const { code, details } = error as { code: string; details?: object };
    return { code, details };
  }
  return 'allowed';
};
const decide = (facts: Partial<AutoTradingFacts>, limits: Partial<AutoTradingLimits> = {}) =>
  refusal(() => assertMayTradeItself({ ...LIMITS, ...limits }, { ...FACTS, ...facts }));

describe('a signal that may become an order by itself', () => {
  it('reaches every limit, and passes none', () => {
    expect(decide({})).toBe('allowed');
    expect(decide({ orderNotional: money('1000.01') })).toEqual({
      code: 'trading.auto_order_limit',
      details: { limit: '1000', asked: '1000.01' },
    });
    expect(decide({ positionNotional: money('3000.01') })).toEqual({
      code: 'trading.auto_position_limit',
      details: { limit: '3000', asked: '3000.01' },
    });
    // Lost is lost once the limit is reached.
    expect(decide({ dayPnl: money('-200') })).toEqual({
      code: 'trading.auto_daily_loss',
      details: { limit: '200', asked: '200' },
    });
    expect(decide({ otherPositions: 2 })).toEqual({
      code: 'trading.auto_open_positions',
      details: { limit: '2', asked: '3' },
    });
  });

  it('may add to a position that is open already, however many there are', () => {
    expect(decide({ otherPositions: 5, isOpen: true })).toBe('allowed');
  });

  it('may always leave a position, in orders of the size that is allowed', () => {
    const out = { side: 'sell', dayPnl: money('-5000'), otherPositions: 9 } as const;
    expect(decide({ ...out, positionNotional: money('9000') })).toBe('allowed');
    expect(decide({ ...out, orderNotional: money('1001') })).toMatchObject({
      code: 'trading.auto_order_limit',
    });
  });

  it('is bound by no limit that is not set, and by the switch in any case', () => {
    const none = {
      ...{ maxOrderNotional: null, maxPositionNotional: null, maxDailyLoss: null },
      maxOpenPositions: null,
    };
    const much = {
      ...{ orderNotional: money('1e9'), positionNotional: money('1e9'), dayPnl: money('-1e9') },
      otherPositions: 900,
    };
    expect(decide(much, none)).toBe('allowed');
    expect(decide({}, { enabled: false })).toMatchObject({ code: 'trading.auto_disabled' });
  });
});

describe('the size of a signal', () => {
  it('is its shares, or what its USD pay for, rounded down', () => {
    expect(sharesOf({ quantity: '2.5', notional: null }, money('100')).toFixed()).toBe('2.5');
    // 1,000 / 301 = 3.32225913…
    expect(sharesOf({ quantity: null, notional: '1000' }, money('301')).toFixed()).toBe('3.322259');
  });

  it('is asked for where the signal says none, or less than the smallest order', () => {
    const without = { code: 'trading.signal_without_size', details: undefined };
    expect(refusal(() => sharesOf({ quantity: null, notional: null }, money('1')))).toEqual(
      without,
    );
    expect(refusal(() => sharesOf({ quantity: null, notional: '0.01' }, money('99999')))).toEqual(
      without,
    );
  });
});

describe('the life of a signal', () => {
  const takes = (from: SignalStatus, to: SignalStatus) =>
    refusal(() => assertSignalStep(from, to)) === 'allowed';

  it('ends with its one order, and with being dismissed or too old', () => {
    for (const end of ['executed', 'dismissed', 'expired'] as const) {
      for (const to of ['pending', 'approved', 'executed', 'refused', 'dismissed'] as const) {
        expect(takes(end, to)).toBe(false);
      }
    }
  });

  it('lets its owner approve what was refused, and not take back what was approved', () => {
    expect(takes('refused', 'approved')).toBe(true);
    expect(takes('approved', 'dismissed')).toBe(false);
    expect(takes('pending', 'executed')).toBe(true);
  });

  it('is over with its time, unless it has ended otherwise', () => {
    const validUntil = new Date(1_000);
    expect(statusAt({ status: 'pending', validUntil }, 999)).toBe('pending');
    expect(statusAt({ status: 'pending', validUntil }, 1_000)).toBe('expired');
    expect(statusAt({ status: 'refused', validUntil }, 1_000)).toBe('expired');
    expect(statusAt({ status: 'executed', validUntil }, 1_000)).toBe('executed');
    expect(statusAt({ status: 'dismissed', validUntil }, 1_000)).toBe('dismissed');
  });
});
