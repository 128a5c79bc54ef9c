import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { Caches, type Cache } from '../../../redis/index.js';
import { optionChainCache } from '../market-data.caches.js';
import { noVolatility, unknownExpiry } from '../market-data.errors.js';
import { MarketDataProvider } from '../market-data.provider.js';
import { QuotesService } from '../quotes/quotes.service.js';
import { optionChain, type OptionChain } from './option-chain.js';
import { optionExpiries } from './option-expiries.js';

@Injectable()
export class OptionsService {
  readonly #cache: Cache<Parameters<typeof optionChainCache.key>[0], OptionChain>;

  constructor(
    private readonly provider: MarketDataProvider,
    private readonly quotes: QuotesService,
    caches: Caches,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#cache = caches.use(optionChainCache);
  }

  /**
   * The chain of an expiry, up to 5 s old.
   * @param expiry the nearest when left out
   * @throws AppError `market_data.unknown_symbol` (not_found), `market_data.unknown_expiry` (invalid),
   *   `market_data.no_volatility` (unprocessable)
   */
  async chain(symbol: string, expiry?: string): Promise<OptionChain> {
    const { symbol: known } = this.quotes.listedInstrument(symbol);
    const expiries = optionExpiries(this.clock.nowMs());
    const chosen =
      expiry === undefined ? expiries[0] : expiries.find(({ date }) => date === expiry);
    if (chosen === undefined) throw unknownExpiry(expiries.map(({ date }) => date));
    const { revision } = this.provider;
    return this.#cache.getOrSet({ symbol: known, expiry: chosen.date, revision }, async () => {
      const volatility = this.provider.volatility(known, this.clock.nowMs());
      if (volatility === undefined) throw noVolatility(known);
      return optionChain(this.quotes.currentQuote(known), chosen, expiries, volatility);
    });
  }
}
