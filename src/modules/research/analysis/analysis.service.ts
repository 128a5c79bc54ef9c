import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import { Clock } from '../../../kernel/clock.js';
import { Caches, type Cache } from '../../../redis/index.js';
import {
  CandlesService,
  QuotesService,
  TIMEFRAME_MS,
  type Candle,
} from '../../market-data/index.js';
import { analysisCache } from '../research.caches.js';
import { notEnoughData } from '../research.errors.js';
import { StatementsProvider } from '../research.provider.js';
import { analyse, type BarHistory } from './analyse.js';
import type { Analysis } from './analysis.dto.js';
import type { Horizon } from './rating.js';

/** The longest average takes 200, and in so many the exponential ones have forgotten how they began. */
const DAILY_BARS = 250;

/** Rates instruments by their prices and, where there are some, their statements. */
@Injectable()
export class AnalysisService {
  readonly #analyses: Cache<Parameters<typeof analysisCache.key>[0], Analysis>;

  constructor(
    private readonly candles: CandlesService,
    private readonly quotes: QuotesService,
    private readonly statements: StatementsProvider,
    @Inject(Clock) private readonly clock: Clock,
    caches: Caches,
  ) {
    this.#analyses = caches.use(analysisCache);
  }

  /**
   * The rating of a symbol by a fixed rule, up to 6 h old through the cache, a day while its sources fail.
   * @throws AppError `market_data.unknown_symbol`, `research.not_enough_data`
   */
  async analyse(anySymbol: string, horizon: Horizon): Promise<Analysis> {
    const { symbol } = this.quotes.listedInstrument(anySymbol);
    const { revision } = this.statements;
    const marketRevision = this.quotes.revision;
    const found = await this.#analyses.getOrSetOptional(
      { symbol, horizon, revision, marketRevision },
      () => this.#compute(symbol, horizon),
    );
    if (found === undefined) throw notEnoughData(symbol, horizon);
    return found;
  }

  async #compute(symbol: string, horizon: Horizon): Promise<Analysis | undefined> {
    const [company, quote, bars] = await Promise.all([
      this.statements.statementsOf(symbol),
      this.quotes.getQuote(symbol),
      this.#closedBars(symbol),
    ]);
    const history = historyOf(bars, quote.source);
    return analyse({ symbol, horizon, history, quote, company, nowMs: this.clock.nowMs() });
  }

  /** None where the market has no daily bars of the symbol (a recording of minutes). */
  async #closedBars(symbol: string): Promise<Candle[]> {
    try {
      const bars = await this.candles.getLatestCandles(symbol, '1d', DAILY_BARS);
      return bars.filter(({ closed }) => closed);
    } catch (error) {
      if (error instanceof AppError && error.code === 'market_data.unknown_timeframe') return [];
      throw error;
    }
  }
}

function historyOf(candles: readonly Candle[], source: string): BarHistory | undefined {
  const last = candles.at(-1);
  if (last === undefined) return undefined;
  return {
    bars: candles.map(({ high, low, close }) => ({
      high: Number(high),
      low: Number(low),
      close: Number(close),
    })),
    source,
    asOf: new Date(Date.parse(last.openAt) + TIMEFRAME_MS['1d']).toISOString(),
  };
}
