import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { Caches, type Cache } from '../../../redis/index.js';
import { quoteCache } from '../market-data.caches.js';
import { tooManySymbols, unknownSymbol } from '../market-data.errors.js';
import { MarketDataProvider } from '../market-data.provider.js';
import { normaliseSymbol, type Instrument, type Quote } from './quote.js';
import { MAX_QUOTES, type QuoteError, type QuotesAnswer } from './quotes.dto.js';

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

  /** Names the market that all prices are of: see {@link MarketDataProvider.revision}. */
  get revision(): string {
    return this.provider.revision;
  }

  instruments(): readonly Instrument[] {
    return this.provider.instruments();
  }

  findInstrument(symbol: string): Instrument | undefined {
    return this.#bySymbol.get(normaliseSymbol(symbol));
  }

  /**
   * Unknown symbols end here: none of them ever becomes part of a cache key.
   * @throws AppError `market_data.unknown_symbol` (not_found)
   */
  instrument(symbol: string): Instrument {
    const instrument = this.findInstrument(symbol);
    if (instrument === undefined) throw unknownSymbol(symbol);
    return instrument;
  }

  /**
   * The quote to show, through the cache: up to 2 s old, see its `asOf`.
   * @throws AppError `market_data.unknown_symbol` (not_found)
   */
  async getQuote(symbol: string): Promise<Quote> {
    const known = this.instrument(symbol).symbol;
    return this.#cache.getOrSet({ symbol: known }, () => Promise.resolve(this.#quote(known)));
  }

  /**
   * {@link getQuote} of many, in one round trip to the cache. Symbols without an instrument are told as errors
   * beside the quotes; blanks are left out, and what is asked for twice is answered once.
   * @throws AppError `market_data.too_many_symbols` (invalid) for more than {@link MAX_QUOTES}
   */
  async getQuotes(symbols: readonly string[]): Promise<QuotesAnswer> {
    const asked = [...new Set(symbols.map(normaliseSymbol).filter((symbol) => symbol !== ''))];
    if (symbols.length > MAX_QUOTES) throw tooManySymbols(MAX_QUOTES);
    const known = asked.filter((symbol) => this.#bySymbol.has(symbol));
    const found = await this.#cache.getOrSetMany(
      known.map((symbol) => ({ symbol })),
      (missing) => Promise.resolve(missing.map(({ symbol }) => this.#quote(symbol))),
    );
    const items = found.filter((quote) => quote !== undefined);
    const errors = asked.filter((symbol) => !this.#bySymbol.has(symbol)).map(toError);
    const nowMs = this.clock.nowMs();
    return {
      items,
      errors,
      asOf: new Date(Math.min(nowMs, ...items.map(({ asOf }) => Date.parse(asOf)))).toISOString(),
      source: this.provider.source,
    };
  }

  /**
   * The quote to trade on: straight from the provider, never from a cache.
   * @throws AppError `market_data.unknown_symbol` (not_found)
   */
  currentQuote(symbol: string): Quote {
    return this.#quote(this.instrument(symbol).symbol);
  }

  /**
   * {@link currentQuote} of the tick that `atMs` lies in.
   * @throws AppError `market_data.unknown_symbol` (not_found)
   */
  quoteAt(symbol: string, atMs: number): Quote {
    return this.#quote(this.instrument(symbol).symbol, atMs);
  }

  /** All quotes of the tick that `atMs` lies in, in the order of the instruments. */
  quotesAt(atMs: number): readonly Quote[] {
    return this.provider.instruments().map(({ symbol }) => this.#quote(symbol, atMs));
  }

  /** Writes the quote through the cache, for {@link getQuote} of every process. */
  async store(quote: Quote): Promise<void> {
    await this.#cache.set({ symbol: quote.symbol }, quote);
  }

  #quote(symbol: string, atMs = this.clock.nowMs()): Quote {
    const quote = this.provider.quote(symbol, atMs);
    if (quote === undefined) throw unknownSymbol(symbol);
    return quote;
  }
}

function toError(symbol: string): QuoteError {
  const { code, message, details } = unknownSymbol(symbol);
  return { symbol: String(details?.['symbol']), code, detail: message };
}
