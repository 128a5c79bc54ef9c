export { MarketDataModule } from './market-data.module.js';
export { MarketDataHttpModule } from './market-data.http.module.js';
export { MarketDataWorkerModule } from './market-data.worker.module.js';
export { QuotesService } from './quotes.service.js';
export { QuoteTicks } from './quote-ticks.js';
export type { Quote } from './quote.js';
export { symbolSchema } from './quotes.dto.js';
export { CandlesService } from './candles/candles.service.js';
export { TIMEFRAMES, TIMEFRAME_MS, type Candle, type Timeframe } from './candles/candle.js';
