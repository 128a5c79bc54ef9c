export { MarketDataModule } from './market-data.module.js';
export { MarketDataHttpModule } from './market-data.http.module.js';
export { MarketDataWorkerModule } from './market-data.worker.module.js';
export { symbolSchema } from './market-data.dto.js';
export { marketTag } from './market-data.caches.js';
export { marketDataQueue } from './market-data.queues.js';
export { QuotesService } from './quotes/quotes.service.js';
export { QuoteTicks } from './quotes/quote-ticks.js';
export type { Instrument, OptionContract, Quote } from './quotes/quote.js';
export { CandlesService } from './candles/candles.service.js';
export { TIMEFRAMES, TIMEFRAME_MS, type Candle, type Timeframe } from './candles/candle.js';
export { OptionsService } from './options/options.service.js';
export { OrderBooksService } from './order-book/order-books.service.js';
export { IndicesService } from './indices/indices.service.js';
export { MarketStatusService } from './calendar/market-status.service.js';
export {
  currentOrNextSession,
  dateInNewYork,
  sessionAfter,
  type Session,
} from './calendar/xnys-calendar.js';
export { latestSession, sessionCalendar } from './calendar/session-calendar.js';
export { marketStatusAt, type MarketStatus } from './calendar/market-status.js';
export { isContractSymbol, parseOccSymbol, rootOf as contractRoot } from './options/occ-symbol.js';
export { UNITS_PER_CONTRACT } from './options/option-quote.js';
export type { OptionChain } from './options/option-chain.js';
export type { OrderBook } from './order-book/order-book.js';
export type { MarketIndex, MarketIndices } from './indices/market-index.js';
