import { DAY_MS, SECOND_MS } from '../../../kernel/duration.js';
import {
  TIMEFRAMES,
  TIMEFRAME_MS,
  barOpenings,
  type Candle,
  type CandleRange,
  type Timeframe,
} from '../candles/candle.js';
import { shortHash } from '../short-hash.js';
import { MarketDataProvider } from '../market-data.provider.js';
import type { OrderBook } from '../order-book/order-book.js';
import { pricesAround, unitsText } from '../quotes/quote-prices.js';
import { tickStartMs, type Instrument, type Quote } from '../quotes/quote.js';
import { noiseExtremes } from './noise-extremes.js';
import { BrownianNoise, hashedInteger, hashedSeed, textSeed } from './price-noise.js';
import { depthLevels } from './simulated-depth.js';
import { simulatedInstruments, type SimulatedInstrument } from './simulated-instruments.js';
import { tradedUntil } from './traded-volume.js';

const CENT_DECIMALS = 2;
const CENTS = 100;

/** Seconds in which a year's volatility happens: 252 sessions of 6.5 hours. The simulated market never closes. */
const TRADING_SECONDS_PER_YEAR = 252 * 6.5 * 3_600;

interface Walk extends SimulatedInstrument {
  readonly seed: number;
  readonly noise: BrownianNoise;
  /** Standard deviation of the logarithm of the price after one second. */
  readonly volatilityPerSecond: number;
}

/**
 * A seeded random market. Prices are on a cent grid, move a little from tick to tick, wander for weeks
 * and stay around the instrument's base price for ever. It keeps no state: about 5 µs a quote, at any
 * time of any day.
 */
export class SimulatedProvider extends MarketDataProvider {
  readonly #instruments: readonly Instrument[];
  readonly #walks: ReadonlyMap<string, Walk>;
  readonly #tickMs: number;

  constructor(options: { readonly seed: string; readonly tickMs: number }) {
    super();
    this.#tickMs = options.tickMs;
    this.revision = shortHash(`${this.source}/${options.tickMs}/${options.seed}`);
    this.#instruments = Object.freeze(
      simulatedInstruments.map(({ symbol, name, assetClass, fractionable, shortable }) =>
        Object.freeze({
          symbol,
          name,
          currency: 'USD' as const,
          assetClass,
          fractionable,
          shortable,
        }),
      ),
    );
    this.#walks = new Map(
      simulatedInstruments.map((instrument) => {
        const seed = textSeed(`${options.seed}/${instrument.symbol}`);
        const noise = new BrownianNoise(seed);
        const volatilityPerSecond =
          instrument.annualVolatility / Math.sqrt(TRADING_SECONDS_PER_YEAR);
        return [instrument.symbol, { ...instrument, seed, noise, volatilityPerSecond }];
      }),
    );
  }

  override readonly source = 'simulated';
  override readonly revision: string;
  override readonly baseAtMs = Date.UTC(2025, 0, 1);

  override instruments(): readonly Instrument[] {
    return this.#instruments;
  }

  override quote(symbol: string, atMs: number): Quote | undefined {
    const walk = this.#walks.get(symbol);
    if (walk === undefined) return undefined;
    const tickMs = tickStartMs(atMs, this.#tickMs);
    const lastTickYesterdayMs = tickStartMs(tickStartMs(tickMs, DAY_MS) - 1, this.#tickMs);
    const { bid, ask, last } = pricesAt(walk, tickMs);
    return {
      symbol,
      bid: unitsText(bid, CENT_DECIMALS),
      ask: unitsText(ask, CENT_DECIMALS),
      last: unitsText(last, CENT_DECIMALS),
      bidSize: bidSizeAt(walk, tickMs),
      askSize: askSizeAt(walk, tickMs),
      previousClose: unitsText(pricesAt(walk, lastTickYesterdayMs).last, CENT_DECIMALS),
      asOf: new Date(tickMs).toISOString(),
      source: this.source,
    };
  }

  override readonly barsAreFinal = true;

  override barTimeMs(_symbol: string, atMs: number): number {
    return atMs;
  }

  override timeframes(): readonly Timeframe[] {
    return TIMEFRAMES;
  }

  /** Some tenths of a millisecond for a day, a tenth of that for a minute. */
  override candles(
    symbol: string,
    range: CandleRange,
    atMs: number,
  ): readonly Candle[] | undefined {
    const walk = this.#walks.get(symbol);
    if (walk === undefined) return undefined;
    const spanMs = TIMEFRAME_MS[range.timeframe];
    return barOpenings(range, atMs).map((openMs) => this.#candle(walk, openMs, spanMs, atMs));
  }

  override volatility(symbol: string): number | undefined {
    return this.#walks.get(symbol)?.annualVolatility;
  }

  override orderBook(symbol: string, atMs: number): OrderBook | undefined {
    const walk = this.#walks.get(symbol);
    if (walk === undefined) return undefined;
    const tickMs = tickStartMs(atMs, this.#tickMs);
    const { bid, ask } = pricesAt(walk, tickMs);
    const bestBid = { price: bid, size: bidSizeAt(walk, tickMs) };
    const bestAsk = { price: ask, size: askSizeAt(walk, tickMs) };
    const [bidSeed, askSeed] = [
      hashedSeed(walk.seed, tickMs * 2),
      hashedSeed(walk.seed, tickMs * 2 + 1),
    ];
    return {
      symbol,
      bids: depthLevels(bestBid, -1, bidSeed, CENT_DECIMALS),
      asks: depthLevels(bestAsk, 1, askSeed, CENT_DECIMALS),
      asOf: new Date(tickMs).toISOString(),
      source: this.source,
    };
  }

  #candle(walk: Walk, openMs: number, spanMs: number, atMs: number): Candle {
    const closed = openMs + spanMs <= atMs;
    const untilMs = closed ? openMs + spanMs : atMs + 1;
    const grid = {
      stepMs: this.#tickMs,
      first: Math.floor(openMs / this.#tickMs),
      last: Math.floor((untilMs - 1) / this.#tickMs),
    };
    const { high, low } = noiseExtremes(walk.noise, grid);
    const priceAtTick = (tick: number) =>
      unitsText(pricesAt(walk, tick * this.#tickMs).last, CENT_DECIMALS);
    return {
      openAt: new Date(openMs).toISOString(),
      open: priceAtTick(grid.first),
      high: priceTextOf(walk, high),
      low: priceTextOf(walk, low),
      close: priceAtTick(grid.last),
      volume: String(tradedBy(walk, untilMs) - tradedBy(walk, openMs)),
      closed,
    };
  }
}

function pricesAt(walk: Walk, atMs: number) {
  return pricesOf(walk, walk.noise.at(atMs / SECOND_MS));
}

/** A higher noise never makes a lower price: so the extremes of the noise are those of the price. */
function pricesOf(walk: Walk, noise: number) {
  const move = walk.volatilityPerSecond * noise;
  return pricesAround(walk.basePrice * CENTS * Math.exp(move), walk.spreadBps);
}

function priceTextOf(walk: Walk, noise: number): string {
  return unitsText(pricesOf(walk, noise).last, CENT_DECIMALS);
}

function bidSizeAt({ seed }: Walk, tickMs: number): string {
  return sizeText(seed, tickMs * 2);
}

function askSizeAt({ seed }: Walk, tickMs: number): string {
  return sizeText(seed, tickMs * 2 + 1);
}

/** One to twelve round lots. */
function sizeText(seed: number, index: number): string {
  return String(100 * hashedInteger(seed, index, 1, 12));
}

function tradedBy({ seed, dailyVolume }: Walk, atMs: number): number {
  return tradedUntil(seed, (dailyVolume * SECOND_MS) / DAY_MS, atMs / SECOND_MS);
}
