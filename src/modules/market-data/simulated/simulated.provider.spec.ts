import fc from 'fast-check';
import { DAY_MS } from '../../../kernel/duration.js';
import { LISTED_SYMBOL_PATTERN, type Quote } from '../quotes/quote.js';
import { NOISE_BOUND, largestNoiseMove } from './price-noise.js';
import { simulatedInstruments } from './simulated-instruments.js';
import { SimulatedProvider } from './simulated.provider.js';

const TICK_MS = 1_000;
const market = new SimulatedProvider({ seed: 'spec', tickMs: TICK_MS });
const NOON_MS = Date.UTC(2025, 2, 14, 12);

const instruments = fc.constantFrom(...simulatedInstruments);
/** 1990 to 2100, in whole milliseconds. */
const times = fc.integer({ min: Date.UTC(1990), max: Date.UTC(2100) });

function quoteOf(symbol: string, atMs: number, from = market): Quote {
  const quote = from.quote(symbol, atMs);
  if (quote === undefined) throw new Error(`no quote of ${symbol}`);
  return quote;
}

function perSecond(annualVolatility: number): number {
  return annualVolatility / Math.sqrt(252 * 6.5 * 3_600);
}

describe('SimulatedProvider', () => {
  it('shows the same prices in every process of the same seed', () => {
    const elsewhere = new SimulatedProvider({ seed: 'spec', tickMs: TICK_MS });
    fc.assert(
      fc.property(instruments, times, ({ symbol }, atMs) => {
        expect(quoteOf(symbol, atMs, elsewhere)).toEqual(quoteOf(symbol, atMs));
      }),
    );
  });

  it('shows other prices for another seed', () => {
    const other = new SimulatedProvider({ seed: 'another', tickMs: TICK_MS });
    const changed = market
      .instruments()
      .filter(
        ({ symbol }) => quoteOf(symbol, NOON_MS).last !== quoteOf(symbol, NOON_MS, other).last,
      );
    expect(changed.length).toBeGreaterThanOrEqual(market.instruments().length - 1);
  });

  it('always quotes a positive bid below the ask, in whole cents, with the last price between', () => {
    fc.assert(
      fc.property(instruments, times, ({ symbol }, atMs) => {
        const { bid, ask, last } = quoteOf(symbol, atMs);
        expect(Number(bid)).toBeGreaterThan(0);
        expect(Number(bid)).toBeLessThan(Number(ask));
        expect(Number(last)).toBeGreaterThanOrEqual(Number(bid));
        expect(Number(last)).toBeLessThanOrEqual(Number(ask));
        for (const price of [bid, ask, last]) expect(price).toMatch(/^\d+\.\d{2}$/);
      }),
    );
  });

  it('keeps the spread at three hundredths of a percent, or a cent', () => {
    fc.assert(
      fc.property(instruments, times, ({ symbol }, atMs) => {
        const { bid, ask } = quoteOf(symbol, atMs);
        const cents = Math.round((Number(ask) - Number(bid)) * 100);
        expect(cents).toBeGreaterThanOrEqual(1);
        expect(cents).toBeLessThanOrEqual(Math.max(1, Math.ceil(Number(ask) * 100 * 3e-4)));
      }),
    );
  });

  it('keeps every price within reach of its real size, for ever', () => {
    fc.assert(
      fc.property(instruments, times, (instrument, atMs) => {
        const distance = Math.abs(
          Math.log(Number(quoteOf(instrument.symbol, atMs).last) / instrument.basePrice),
        );
        expect(distance).toBeLessThanOrEqual(
          NOISE_BOUND * perSecond(instrument.annualVolatility) + 1e-3,
        );
        expect(distance).toBeLessThan(1);
      }),
      { numRuns: 500 },
    );
  });

  it('never moves from tick to tick by more than its volatility allows', () => {
    fc.assert(
      fc.property(instruments, times, (instrument, atMs) => {
        const before = Number(quoteOf(instrument.symbol, atMs).last);
        const after = Number(quoteOf(instrument.symbol, atMs + TICK_MS).last);
        const allowed = largestNoiseMove(TICK_MS / 1_000) * perSecond(instrument.annualVolatility);
        // Half a cent of rounding at either end.
        expect(Math.abs(after - before)).toBeLessThanOrEqual(before * Math.expm1(allowed) + 0.011);
        expect(Math.abs(after / before - 1)).toBeLessThan(0.003);
      }),
      { numRuns: 1_000 },
    );
  });

  it('moves like a market: over an hour much farther than over a tick', () => {
    const rms = (stepMs: number) => {
      const moves = Array.from({ length: 200 }, (_, i) => {
        const startMs = NOON_MS + i * 3_711_000;
        return Math.log(
          Number(quoteOf('MSFT', startMs + stepMs).last) / Number(quoteOf('MSFT', startMs).last),
        );
      });
      return Math.sqrt(moves.reduce((sum, move) => sum + move * move, 0) / moves.length);
    };
    expect(rms(3_600_000)).toBeGreaterThan(20 * rms(TICK_MS));
  });

  it('stands still within a tick, and says which tick it is', () => {
    const early = quoteOf('AAPL', NOON_MS);
    expect(quoteOf('AAPL', NOON_MS + TICK_MS - 1)).toEqual(early);
    expect(early.asOf).toBe('2025-03-14T12:00:00.000Z');
  });

  it('gives the last price of the UTC day before as previous close', () => {
    const midnightMs = Date.UTC(2025, 2, 14);
    const close = quoteOf('AAPL', midnightMs - 1).last;
    expect(quoteOf('AAPL', midnightMs).previousClose).toBe(close);
    expect(quoteOf('AAPL', midnightMs + DAY_MS - 1).previousClose).toBe(close);
  });

  it('has well-formed, distinct symbols', () => {
    const symbols = market.instruments().map(({ symbol }) => symbol);
    expect(new Set(symbols).size).toBe(symbols.length);
    for (const symbol of symbols) expect(symbol).toMatch(LISTED_SYMBOL_PATTERN);
  });

  it('quotes nothing for a symbol it does not have', () => {
    expect(market.quote('NOPE', NOON_MS)).toBeUndefined();
    expect(market.quote('aapl', NOON_MS)).toBeUndefined();
  });
});
