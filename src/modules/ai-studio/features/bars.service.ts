import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { CandlesService, QuotesService, type Candle } from '../../market-data/index.js';
import type { Bar } from './bar.js';
import { TIMEFRAME_MS, type Timeframe } from './timeframes.js';

/** Closed bars, oldest first, and where they came from. */
export interface Bars {
  readonly bars: readonly Bar[];
  readonly source: string;
}

/** The market's candles as numbers. */
@Injectable()
export class BarsService {
  constructor(
    private readonly candles: CandlesService,
    private readonly quotes: QuotesService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * The bars that open in `fromMs` ≤ t < `toMs` and are closed.
   * @throws AppError `market_data.unknown_symbol`
   */
  async closed(symbol: string, timeframe: Timeframe, fromMs: number, toMs: number): Promise<Bars> {
    const { source } = this.quotes.currentQuote(symbol);
    const candles = await this.candles.getCandles(symbol, timeframe, fromMs, toMs);
    return { bars: candles.filter(({ closed }) => closed).map(toBar), source };
  }

  /** The newest closed bars, up to `count`: fewer where the market has none. */
  async latest(symbol: string, timeframe: Timeframe, count: number): Promise<Bars> {
    const nowMs = this.clock.nowMs();
    // One more for the bar that is open now.
    const fromMs = nowMs - (count + 1) * TIMEFRAME_MS[timeframe];
    const { bars, source } = await this.closed(symbol, timeframe, fromMs, nowMs);
    return { bars: bars.slice(-count), source };
  }
}

function toBar({ openAt, open, high, low, close, volume }: Candle): Bar {
  return {
    openAtMs: Date.parse(openAt),
    open: Number(open),
    high: Number(high),
    low: Number(low),
    close: Number(close),
    volume: Number(volume),
  };
}
