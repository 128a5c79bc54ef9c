import { DAY_MS } from '../../../kernel/duration.js';
import { MarketDataProvider } from '../market-data.provider.js';
import { pricesAround, unitsText } from '../quote-prices.js';
import { tickStartMs, type Instrument, type Quote } from '../quote.js';
import { brownianNoise, hashedInteger, textSeed } from './price-noise.js';
import { simulatedInstruments, type SimulatedInstrument } from './simulated-instruments.js';

const CENT_DECIMALS = 2;
const CENTS = 100;

/** Seconds in which a year's volatility happens: 252 sessions of 6.5 hours. The simulated market never closes. */
const TRADING_SECONDS_PER_YEAR = 252 * 6.5 * 3_600;

interface Walk extends SimulatedInstrument {
  readonly seed: number;
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
    this.#instruments = Object.freeze(
      simulatedInstruments.map(({ symbol, name, assetClass }) =>
        Object.freeze({ symbol, name, currency: 'USD' as const, assetClass }),
      ),
    );
    this.#walks = new Map(
      simulatedInstruments.map((instrument) => [
        instrument.symbol,
        {
          ...instrument,
          seed: textSeed(`${options.seed}/${instrument.symbol}`),
          volatilityPerSecond: instrument.annualVolatility / Math.sqrt(TRADING_SECONDS_PER_YEAR),
        },
      ]),
    );
  }

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
      bidSize: sizeText(walk.seed, tickMs * 2),
      askSize: sizeText(walk.seed, tickMs * 2 + 1),
      previousClose: unitsText(pricesAt(walk, lastTickYesterdayMs).last, CENT_DECIMALS),
      asOf: new Date(tickMs).toISOString(),
      source: 'simulated',
    };
  }
}

function pricesAt(walk: Walk, atMs: number) {
  const move = walk.volatilityPerSecond * brownianNoise(walk.seed, atMs / 1_000);
  return pricesAround(walk.basePrice * CENTS * Math.exp(move), walk.spreadBps);
}

/** One to twelve round lots. */
function sizeText(seed: number, index: number): string {
  return String(100 * hashedInteger(seed, index, 1, 12));
}
