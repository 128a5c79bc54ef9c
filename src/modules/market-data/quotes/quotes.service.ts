import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { Caches, type Cache } from '../../../redis/index.js';
import { quoteCache } from '../market-data.caches.js';
import { tooManySymbols, unknownSymbol } from '../market-data.errors.js';
import { MarketDataProvider } from '../market-data.provider.js';
import { OptionContracts } from '../options/option-contracts.js';
import { normaliseSymbol, type Instrument, type OptionContract, type Quote } from './quote.js';
import { MAX_QUOTES, type QuoteError, type QuotesAnswer } from './quotes.dto.js';

/** Prices for the other modules and for clients. Symbols are taken in either case. */
@Injectable()
export class QuotesService {
  readonly #cache: Cache<{ readonly symbol: string }, Quote>;
  readonly #bySymbol: ReadonlyMap<string, Instrument>;
  readonly #contracts: OptionContracts;

  constructor(
    private readonly provider: MarketDataProvider,
    caches: Caches,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#cache = caches.use(quoteCache);
    this.#bySymbol = new Map(provider.instruments().map((item) => [item.symbol, item]));
    this.#contracts = new OptionContracts(provider);
  }

  /** Names the market that all prices are of: see {@link MarketDataProvider.revision}. */
  get revision(): string {
    return this.provider.revision;
  }

  /** The listed ones: of contracts there are thousands, which no list names. */
  instruments(): readonly Instrument[] {
    return this.provider.instruments();
  }

  /** Also a contract, until it expires. */
  findInstrument(symbol: string): Instrument | undefined {
    const known = normaliseSymbol(symbol);
    return this.#bySymbol.get(known) ?? this.#contracts.find(known, this.clock.nowMs());
  }

  /** One that has bars, depth and options of its own: no contract. */
  findListed(symbol: string): Instrument | undefined {
    return this.#bySymbol.get(normaliseSymbol(symbol));
  }

  /** What a contract's symbol stands for, also after it has expired; undefined when it is no contract of this market. */
  optionContract(symbol: string): OptionContract | undefined {
    return this.#contracts.terms(symbol);
  }

  /** Whether the chain of its underlying shows the contract in the tick that `atMs` lies in. */
  isContractListed(symbol: string, atMs: number): boolean {
    return this.#contracts.isListed(symbol, atMs);
  }

  /**
   * What an expired contract is settled by: the last quote of its underlying before the close, and the USD a unit that
   * exercising at its last price gives. The same whenever it is asked for; undefined before the contract expires.
   */
  optionSettlement(
    symbol: string,
  ): { readonly quote: Quote; readonly intrinsic: string } | undefined {
    const contract = this.optionContract(symbol);
    if (!contract || contract.expiresAtMs > this.clock.nowMs()) return undefined;
    return this.#contracts.settlement(symbol);
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

  /** @throws AppError `market_data.unknown_symbol` (not_found), also for a contract */
  listedInstrument(symbol: string): Instrument {
    const instrument = this.findListed(symbol);
    if (instrument === undefined) throw unknownSymbol(symbol);
    return instrument;
  }

  /**
   * The quote to show, through the cache: up to 2 s old, see its `asOf`. Of a contract it is made afresh: so many of
   * them can be asked for that they would fill the cache.
   * @throws AppError `market_data.unknown_symbol` (not_found)
   */
  async getQuote(symbol: string): Promise<Quote> {
    const { symbol: known, option } = this.instrument(symbol);
    if (option) return this.currentQuote(known);
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
    const nowMs = this.clock.nowMs();
    const quotes = new Map(found.map((quote, index) => [known[index], quote]));
    for (const symbol of asked) {
      if (this.#contracts.find(symbol, nowMs)) quotes.set(symbol, this.#quote(symbol, nowMs));
    }
    const items = asked.map((symbol) => quotes.get(symbol)).filter((quote) => quote !== undefined);
    const errors = asked.filter((symbol) => !quotes.get(symbol)).map(toError);
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

  /** All quotes of the tick that `atMs` lies in, in the order of the listed instruments; none of contracts. */
  quotesAt(atMs: number): readonly Quote[] {
    return this.provider.instruments().map(({ symbol }) => this.#quote(symbol, atMs));
  }

  /** Writes the quote through the cache, for {@link getQuote} of every process. */
  async store(quote: Quote): Promise<void> {
    await this.#cache.set({ symbol: quote.symbol }, quote);
  }

  #quote(symbol: string, atMs = this.clock.nowMs()): Quote {
    const quote = this.provider.quote(symbol, atMs) ?? this.#contracts.quote(symbol, atMs);
    if (quote === undefined) throw unknownSymbol(symbol);
    return quote;
  }
}

function toError(symbol: string): QuoteError {
  const { code, message, details } = unknownSymbol(symbol);
  return { symbol: String(details?.['symbol']), code, detail: message };
}
