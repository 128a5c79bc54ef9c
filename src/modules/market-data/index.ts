export { MarketDataModule } from './market-data.module.js';
export { MarketDataHttpModule } from './market-data.http.module.js';
export { MarketDataWorkerModule } from './market-data.worker.module.js';
export { QuotesService } from './quotes.service.js';
export { QuoteTicks, type QuotesTickedHandler } from './quote-ticks.js';
export { quoteChannel } from './market-data.channels.js';
export type { MarketDataEvents, QuotesTicked } from './market-data.events.js';
export {
  normaliseSymbol,
  type AssetClass,
  type Instrument,
  type Quote,
  type QuoteSource,
} from './quote.js';
export { symbolSchema } from './quotes.dto.js';
