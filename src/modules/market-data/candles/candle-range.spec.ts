import fc from 'fast-check';
import { DAY_MS, MINUTE_MS } from '../../../kernel/duration.js';
import { BLOCK_BARS, MAX_CANDLES, blockTtlMs, blocksOf, checkRange } from './candle-range.js';
import { TIMEFRAMES, TIMEFRAME_MS, barOpenMs, barOpenings, type Candle } from './candle.js';

const PRESENT_MS = Date.UTC(2025, 2, 14, 12, 0, 30);
const ranges = fc
  .record({
    timeframe: fc.constantFrom(...TIMEFRAMES),
    bars: fc.integer({ min: 1, max: MAX_CANDLES }),
    age: fc.integer({ min: -10, max: 5_000 }),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ timeframe, bars, age, part }) => {
    const spanMs = TIMEFRAME_MS[timeframe];
    const toMs = PRESENT_MS - Math.round((age + part) * spanMs);
    return { timeframe, fromMs: Math.max(0, toMs - bars * spanMs), toMs };
  });

describe('blocks', () => {
  it('hold every bar of a range once, and the open one alone', () => {
    fc.assert(
      fc.property(ranges, (range) => {
        const blocks = blocksOf('V', range, PRESENT_MS);
        const { timeframe } = range;
        const held = blocks.flatMap(({ fromMs, toMs }) =>
          barOpenings({ timeframe, fromMs, toMs: toMs === 'open' ? fromMs + 1 : toMs }, PRESENT_MS),
        );
        const once = new Set(held);
        expect(once.size).toBe(held.length);
        expect(barOpenings(range, PRESENT_MS).every((openMs) => once.has(openMs))).toBe(true);
        const open = blocks.filter(({ toMs }) => toMs === 'open');
        const openBarMs = barOpenMs(timeframe, PRESENT_MS);
        expect(open.map(({ fromMs }) => fromMs)).toEqual(range.toMs > openBarMs ? [openBarMs] : []);
      }),
    );
  });

  it('are the same for ranges that overlap', () => {
    const of = (from: string, to: string) =>
      blocksOf(
        'V',
        { timeframe: '1h', fromMs: Date.parse(from), toMs: Date.parse(to) },
        PRESENT_MS,
      );
    expect(of('2025-03-01T05:00Z', '2025-03-02T05:00Z')).toEqual(
      of('2025-03-01T07:00Z', '2025-03-01T20:30Z'),
    );
  });

  it('are kept for a day when closed, and for a minute at most when open', () => {
    const candle = (closed: boolean): Candle => ({
      openAt: '2025-03-14T12:00:00.000Z',
      open: '1',
      high: '1',
      low: '1',
      close: '1',
      volume: '1',
      closed,
    });
    const asOf = new Date(PRESENT_MS).toISOString();
    const full = Array.from({ length: BLOCK_BARS }, () => candle(true));
    expect(blockTtlMs({ timeframe: '1m', asOf, candles: full })).toBe(DAY_MS);
    expect(blockTtlMs({ timeframe: '1d', asOf, candles: [candle(false)] })).toBe(MINUTE_MS);
    expect(blockTtlMs({ timeframe: '1m', asOf, candles: [candle(false)] })).toBe(30_000);
    expect(blockTtlMs({ timeframe: '1d', asOf, candles: [candle(true)] })).toBe(
      DAY_MS / 2 - 30_000,
    );
  });
});

describe('checkRange', () => {
  const check = (fromMs: number, toMs: number) => () =>
    checkRange({ timeframe: '1d', fromMs, toMs }, PRESENT_MS);

  it('takes ranges that begin in the past, and counts no bars of the future', () => {
    expect(check(PRESENT_MS - MAX_CANDLES * DAY_MS, Date.UTC(9999, 0, 1))).not.toThrow();
  });

  it.each([
    ['reversed', PRESENT_MS, PRESENT_MS - 1, 'market_data.bad_range'],
    ['empty', PRESENT_MS, PRESENT_MS, 'market_data.bad_range'],
    ['not even numbers', NaN, PRESENT_MS, 'market_data.bad_range'],
    ['before time began', -1, PRESENT_MS, 'market_data.bad_range'],
    ['of the future', PRESENT_MS + 1, PRESENT_MS + 2, 'market_data.bad_range'],
    ['endless', 0, PRESENT_MS, 'market_data.too_many_candles'],
  ])('refuses one that is %s', (_, fromMs, toMs, code) => {
    expect(check(fromMs, toMs)).toThrow(
      expect.objectContaining({ code, kind: 'invalid' }) as Error,
    );
  });
});
