import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import {
  CandlesService,
  QuotesService,
  TIMEFRAME_MS,
  type Candle,
  type Timeframe,
} from '../../market-data/index.js';
import { unknownSymbol } from '../ai-studio.errors.js';
import type { Bar } from './bar.js';

/** Closed bars, oldest first, and where they came from. */
export interface Bars {
  readonly bars: readonly Bar[];
  readonly source: string;
}

/** The market's candles as numbers: only those that are closed, whose figures stay as they are. */
@Injectable()
export class BarsService {
  constructor(
    private readonly candles: CandlesService,
    private readonly quotes: QuotesService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * The moment after the newest bar, which is open: no bar opens later.
   * @throws AppError `ai_studio.unknown_symbol`, `market_data.unknown_timeframe`
   */
  async presentMs(symbol: string, timeframe: Timeframe): Promise<number> {
    this.#assertKnown(symbol);
    const [newest] = await this.candles.getLatestCandles(symbol, timeframe, 1);
    return newest ? Date.parse(newest.openAt) + TIMEFRAME_MS[timeframe] : this.clock.nowMs();
  }

  /**
   * The bars that open in `fromMs` ≤ t < `toMs`.
   * @throws AppError like {@link presentMs}, and as the market does of a range
   */
  async between(symbol: string, timeframe: Timeframe, fromMs: number, toMs: number): Promise<Bars> {
    this.#assertKnown(symbol);
    const candles = await this.candles.getCandles(symbol, timeframe, fromMs, toMs);
    return this.#closed(symbol, candles);
  }

  /**
   * The newest bars, up to `count`: fewer where the market has no more.
   * @throws AppError like {@link presentMs}
   */
  async latest(symbol: string, timeframe: Timeframe, count: number): Promise<Bars> {
    this.#assertKnown(symbol);
    // One more for the bar that is open now.
    const candles = await this.candles.getLatestCandles(symbol, timeframe, count + 1);
    const { bars, source } = this.#closed(symbol, candles);
    return { bars: bars.slice(-count), source };
  }

  #assertKnown(symbol: string): void {
    if (!this.quotes.findListed(symbol)) throw unknownSymbol(symbol);
  }

  #closed(symbol: string, candles: readonly Candle[]): Bars {
    const { source } = this.quotes.currentQuote(symbol);
    return { bars: candles.filter(({ closed }) => closed).map(toBar), source };
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
