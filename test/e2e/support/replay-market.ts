import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MarketDataProvider } from '../../../src/modules/market-data/market-data.provider.js';
import type { Bourse } from './bourse.js';

/** A bar lasts longer than any test: the price moves only when a test sets the clock ahead. */
const BAR_MS = 10_000_000;

/** Recorded bars whose open, high, low and close are one price. */
export interface ReplayMarket {
  readonly env: Readonly<Record<string, string>>;
  readonly barMs: number;
  /** Sets the clock to the next time that a symbol's first bar is played, then to others after it. */
  start(bourse: Bourse): { toBar(index: number): void };
  remove(): void;
}

/**
 * Without sizes, so that any quantity trades. Around a price `p` the bid and the ask lie a cent away each
 * (2 basis points of 75 to 124 USD).
 * @param series prices by symbol, one for each bar; all of them equally many
 * @param barMs how long a bar lasts
 */
export function replayMarket(
  series: Readonly<Record<string, readonly string[]>>,
  barMs = BAR_MS,
): ReplayMarket {
  const folder = mkdtempSync(join(tmpdir(), 'bourse-bars-'));
  const counts = new Set(Object.values(series).map(({ length }) => length));
  const [count] = counts;
  if (count === undefined || counts.size !== 1) throw new Error('series of different lengths');
  for (const [symbol, prices] of Object.entries(series)) {
    const lines = prices.map((price, day) => {
      const date = new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10);
      return [date, price, price, price, price, '1000'].join();
    });
    writeFileSync(
      join(folder, `${symbol}.csv`),
      ['date,open,high,low,close,volume', ...lines, ''].join('\n'),
    );
  }
  return {
    barMs,
    env: {
      MARKET_PROVIDER: 'replay',
      MARKET_REPLAY_DIR: folder,
      MARKET_REPLAY_BARS_PER_SECOND: String(1_000 / barMs),
    },
    start(bourse) {
      const { baseAtMs } = bourse.app.get(MarketDataProvider);
      const lapMs = barMs * count;
      const laps = Math.ceil((bourse.clock.nowMs() - baseAtMs) / lapMs);
      const toBar = (index: number) => {
        const atMs = baseAtMs + laps * lapMs + (index + 0.1) * barMs;
        bourse.clock.advance(atMs - bourse.clock.nowMs());
      };
      toBar(0);
      return { toBar };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * From now on each bar of the symbol has one quote, with so many shares on either side: by its last price, none where
 * it tells nothing.
 * @returns ends it
 */
export function offering(
  { app }: Bourse,
  symbol: string,
  sizes: Readonly<Record<string, string>>,
): { end(): void } {
  const provider = app.get(MarketDataProvider);
  const quoteOf = provider.quote.bind(provider);
  const ticks = new Map<string, string>();
  const sized = jest.spyOn(provider, 'quote').mockImplementation((of, atMs) => {
    const quote = quoteOf(of, atMs);
    if (quote === undefined || of !== symbol) return quote;
    const size = sizes[quote.last] ?? '0';
    const asOf = ticks.get(quote.last) ?? quote.asOf;
    ticks.set(quote.last, asOf);
    return { ...quote, asOf, bidSize: size, askSize: size };
  });
  return { end: () => sized.mockRestore() };
}
