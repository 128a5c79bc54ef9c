import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../../config/config.js';
import type { Sql } from '../../../../database/index.js';
import { Clock } from '../../../../kernel/clock.js';
import { money } from '../../../../kernel/money.js';
import { QuotesService } from '../../../market-data/index.js';
import { HaltsRepository } from '../../halts/halts.repository.js';
import { symbolHalted } from '../../trading.errors.js';
import type { BestPrices } from '../order.js';
import { assertFresh } from './quote-age.js';

/** Whether a symbol can be traded at this moment, whoever asks. */
@Injectable()
export class MarketChecks {
  constructor(
    private readonly quotes: QuotesService,
    private readonly halts: HaltsRepository,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws AppError `trading.symbol_halted`, `trading.stale_quote` */
  async tradablePrices(connection: Sql, symbol: string): Promise<BestPrices> {
    const halt = await this.halts.find(connection, symbol);
    if (halt) throw symbolHalted(symbol, halt.reason);
    const quote = this.quotes.currentQuote(symbol);
    assertFresh(quote, this.config.trading.paper.staleQuoteMs, this.clock.nowMs());
    return { bid: money(quote.bid), ask: money(quote.ask) };
  }
}
