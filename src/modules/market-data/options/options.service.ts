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
  readonly #cache: Cache<{ readonly symbol: string; readonly expiry: string }, OptionChain>;

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
    const instrument = this.quotes.instrument(symbol);
    const expiries = optionExpiries(this.clock.nowMs());
    const chosen =
      expiry === undefined ? expiries[0] : expiries.find(({ date }) => date === expiry);
    if (chosen === undefined) throw unknownExpiry(expiries.map(({ date }) => date));
    const volatility = this.provider.volatility(instrument.symbol);
    if (volatility === undefined) throw noVolatility(instrument.symbol);
    return this.#cache.getOrSet({ symbol: instrument.symbol, expiry: chosen.date }, () =>
      Promise.resolve(
        optionChain(this.quotes.currentQuote(instrument.symbol), chosen, expiries, volatility),
      ),
    );
  }
}
