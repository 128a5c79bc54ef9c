import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { Caches, type Cache } from '../../../redis/index.js';
import { quoteCache } from '../market-data.caches.js';
import { unknownSymbol } from '../market-data.errors.js';
import { MarketDataProvider } from '../market-data.provider.js';
import { normaliseSymbol, type Instrument, type Quote } from './quote.js';

/** Prices for the other modules and for clients. Symbols are taken in either case. */
@Injectable()
export class QuotesService {
  readonly #cache: Cache<{ readonly symbol: string }, Quote>;
  readonly #bySymbol: ReadonlyMap<string, Instrument>;

  constructor(
    private readonly provider: MarketDataProvider,
    caches: Caches,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#cache = caches.use(quoteCache);
    this.#bySymbol = new Map(provider.instruments().map((item) => [item.symbol, item]));
  }

  instruments(): readonly Instrument[] {
    return this.provider.instruments();
  }

  findInstrument(symbol: string): Instrument | undefined {
    return this.#bySymbol.get(normaliseSymbol(symbol));
  }

  /**
   * The quote to show, through the cache: up to 2 s old, see its `asOf`.
   * @throws AppError `market_data.unknown_symbol` (not_found)
   */
  async getQuote(symbol: string): Promise<Quote> {
    const known = this.#known(symbol);
    return this.#cache.getOrSet({ symbol: known }, () => Promise.resolve(this.#quote(known)));
  }

  /**
   * The quote to trade on: straight from the provider, never from a cache.
   * @throws AppError `market_data.unknown_symbol` (not_found)
   */
  currentQuote(symbol: string): Quote {
    return this.#quote(this.#known(symbol));
  }

  /** All quotes of the tick that `atMs` lies in, in the order of the instruments. */
  quotesAt(atMs: number): readonly Quote[] {
    return this.provider.instruments().map(({ symbol }) => this.#quote(symbol, atMs));
  }

  /** Writes the quote through the cache, for {@link getQuote} of every process. */
  async store(quote: Quote): Promise<void> {
    await this.#cache.set({ symbol: quote.symbol }, quote);
  }

  /** Unknown symbols end here: none of them ever becomes part of a cache key. */
  #known(symbol: string): string {
    const instrument = this.findInstrument(symbol);
    if (instrument === undefined) throw unknownSymbol(symbol);
    return instrument.symbol;
  }

  #quote(symbol: string, atMs = this.clock.nowMs()): Quote {
    const quote = this.provider.quote(symbol, atMs);
    if (quote === undefined) throw unknownSymbol(symbol);
    return quote;
  }
}
