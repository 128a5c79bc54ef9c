import fc from 'fast-check';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../kernel/duration.js';
import { TIMEFRAMES, TIMEFRAME_MS, barOpenMs, type Candle } from '../candles/candle.js';
import { simulatedInstruments } from './simulated-instruments.js';
import { SimulatedProvider } from './simulated.provider.js';

const TICK_MS = 1_000;
const market = new SimulatedProvider({ seed: 'spec', tickMs: TICK_MS });
const FAR_MS = Date.UTC(2100);

const symbols = fc.constantFrom(...simulatedInstruments.map(({ symbol }) => symbol));
/** 1990 to 2100, in whole milliseconds. */
const times = fc.integer({ min: Date.UTC(1990), max: FAR_MS - DAY_MS });

function candleAt(symbol: string, timeframe: (typeof TIMEFRAMES)[number], atMs: number): Candle {
  const fromMs = barOpenMs(timeframe, atMs);
  const range = { timeframe, fromMs, toMs: fromMs + 1 };
  const [candle, ...others] = market.candles(symbol, range, FAR_MS) ?? [];
  if (candle === undefined || others.length > 0) throw new Error('not one candle');
  return candle;
}

function lastPrices(symbol: string, fromMs: number, toMs: number): number[] {
  const count = Math.ceil((toMs - fromMs) / TICK_MS);
  return Array.from({ length: count }, (_, tick) =>
    Number(market.quote(symbol, fromMs + tick * TICK_MS)?.last),
  );
}

function expectOf(candle: Candle | undefined, prices: readonly number[]): void {
  expect({
    open: Number(candle?.open),
    high: Number(candle?.high),
    low: Number(candle?.low),
    close: Number(candle?.close),
  }).toEqual({
    open: prices[0],
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1),
  });
}

describe('candles of the simulated market', () => {
  it('are those of all quotes of a minute, whenever it is', () => {
    fc.assert(
      fc.property(symbols, times, (symbol, atMs) => {
        const openMs = barOpenMs('1m', atMs);
        expectOf(candleAt(symbol, '1m', atMs), lastPrices(symbol, openMs, openMs + MINUTE_MS));
      }),
      { numRuns: 20 },
    );
  });

  it('are those of all 3,600 quotes of an hour', () => {
    const openMs = Date.UTC(2025, 2, 14);
    expectOf(candleAt('NVDA', '1h', openMs), lastPrices('NVDA', openMs, openMs + HOUR_MS));
  });

  it('agree with the previous close that quotes show', () => {
    const openMs = Date.UTC(2025, 2, 14);
    const before = candleAt('AAPL', '1d', openMs - 1);
    expect(market.quote('AAPL', openMs)?.previousClose).toBe(before.close);
  });

  it('are put together of the shorter ones, volume included', () => {
    fc.assert(
      fc.property(symbols, times, (symbol, atMs) => {
        const hour = candleAt(symbol, '1h', atMs);
        const fromMs = Date.parse(hour.openAt);
        const range = { timeframe: '1m', fromMs, toMs: fromMs + HOUR_MS } as const;
        const minutes = market.candles(symbol, range, FAR_MS) ?? [];
        expect(minutes).toHaveLength(60);
        const all = (pick: (candle: Candle) => string) => minutes.map((one) => Number(pick(one)));
        expect(Number(hour.high)).toBe(Math.max(...all(({ high }) => high)));
        expect(Number(hour.low)).toBe(Math.min(...all(({ low }) => low)));
        expect(hour.open).toBe(minutes[0]?.open);
        expect(hour.close).toBe(minutes.at(-1)?.close);
        expect(Number(hour.volume)).toBe(
          all(({ volume }) => volume).reduce((sum, volume) => sum + volume, 0),
        );
      }),
      { numRuns: 5 },
    );
  });

  it('never trade a negative volume, and about as much a day as they should', () => {
    fc.assert(
      fc.property(times, (atMs) => {
        expect(Number(candleAt('KO', '1m', atMs).volume)).toBeGreaterThanOrEqual(0);
        const day = Number(candleAt('KO', '1d', atMs).volume);
        expect(day).toBeGreaterThan(14e6 / 2);
        expect(day).toBeLessThan(14e6 * 2);
      }),
      { numRuns: 5 },
    );
  });

  it.each(TIMEFRAMES)('show the bar of %s that is open as far as it has come', (timeframe) => {
    const openMs = Date.UTC(2025, 2, 14);
    const nowMs = openMs + TIMEFRAME_MS[timeframe] / 2 + 300;
    const range = { timeframe, fromMs: openMs - 2 * TIMEFRAME_MS[timeframe], toMs: FAR_MS };
    const candles = market.candles('V', range, nowMs) ?? [];
    expect(candles.map(({ closed }) => closed)).toEqual([true, true, false]);
    expect(candles.at(-1)?.close).toBe(market.quote('V', nowMs)?.last);
    expect(Number(candles.at(-1)?.volume)).toBeLessThan(
      Number(candleAt('V', timeframe, openMs).volume),
    );
  });

  it('know no bars of a symbol that they do not have', () => {
    expect(market.candles('NOPE', { timeframe: '1d', fromMs: 0, toMs: 1 }, 0)).toBeUndefined();
  });
});
