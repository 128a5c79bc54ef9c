import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { Caches, type Cache } from '../../../redis/index.js';
import { QuotesService } from '../../market-data/index.js';
import { analysisCache } from '../research.caches.js';
import { notEnoughData } from '../research.errors.js';
import { StatementsProvider } from '../research.provider.js';
import { analyse } from './analyse.js';
import type { Analysis } from './analysis.dto.js';
import type { Horizon } from './rating.js';

@Injectable()
export class AnalysisService {
  readonly #analyses: Cache<Parameters<typeof analysisCache.key>[0], Analysis>;

  constructor(
    private readonly quotes: QuotesService,
    private readonly statements: StatementsProvider,
    @Inject(Clock) private readonly clock: Clock,
    caches: Caches,
  ) {
    this.#analyses = caches.use(analysisCache);
  }

  async analyse(anySymbol: string, horizon: Horizon): Promise<Analysis> {
    const { symbol } = this.quotes.currentQuote(anySymbol);
    const { revision } = this.statements;
    const found = await this.#analyses.getOrSetOptional({ symbol, horizon, revision }, async () => {
      const company = await this.statements.statementsOf(symbol);
      const quote = await this.quotes.getQuote(symbol);
      return analyse({
        symbol,
        horizon,
        history: undefined,
        quote,
        company,
        nowMs: this.clock.nowMs(),
      });
    });
    if (found === undefined) throw notEnoughData(symbol, horizon);
    return found;
  }
}
