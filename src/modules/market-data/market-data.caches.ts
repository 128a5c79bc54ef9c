import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../kernel/duration.js';
import { bySymbol, defineCache, definePrefetch } from '../../redis/index.js';
import { marketStatusSchema } from './calendar/market-status.dto.js';
import type { MarketStatus } from './calendar/market-status.js';
import { blockTtlMs, type CandleBlock, type CandleBlockKey } from './candles/candle-range.js';
import { candleBlockSchema } from './candles/candles.dto.js';
import type { Quote } from './quotes/quote.js';
import { indicesSchema } from './indices/indices.dto.js';
import type { MarketIndices } from './indices/market-index.js';
import type { OptionChain } from './options/option-chain.js';
import { optionChainSchema } from './options/options.dto.js';
import { orderBookSchema } from './order-book/order-book.dto.js';
import type { OrderBook } from './order-book/order-book.js';
import { searchAnswerSchema, type SearchAnswer } from './search/search.dto.js';
import { quoteSchema } from './quotes/quotes.dto.js';

/** With an ended answer at hand, a provider is waited for no longer. */
const PATIENCE_MS = 2 * SECOND_MS;

interface OfMarket {
  /** {@link MarketDataProvider.revision} */
  readonly revision: string;
}

interface OfSymbol {
  readonly symbol: string;
}

/**
 * In a tag, not in the key, as with the files of research: what was cached of another market is a miss. Quotes and
 * order books do without: they last a second or two.
 */
export const marketTag = (revision: string) => `market:${revision}`;
const marketTags = ({ revision }: OfMarket) => [marketTag(revision)];
const symbolTags = ({ symbol }: OfSymbol) => [bySymbol(symbol)];

/**
 * Written through by the feed; `asOf` tells a reader the age. No grace, as with order books: people act on these prices, and
 * none at all is better than an old one.
 */
export const quoteCache = defineCache<OfSymbol, Quote>({
  name: 'market.quote',
  namespace: 'market',
  key: ({ symbol }) => `quote:${symbol}`,
  ttlMs: 2 * SECOND_MS,
  tags: symbolTags,
  schema: quoteSchema,
});

/**
 * By blocks of {@link CandleBlock}, not by the range that was asked for: ranges that overlap share them, and no
 * caller can fill the cache with ranges of his own.
 *
 * The grace carries charts through a short failure of the provider, until the next bar closes: that makes two blocks new.
 * So it does little for one-minute bars. Of an open bar `asOf` tells until when. Not longer, for each bar that closes
 * leaves a block behind that nobody asks for again: of one-minute bars 12 kB a minute.
 */
export const candlesCache = defineCache<CandleBlockKey & OfMarket, CandleBlock>({
  name: 'market.candles',
  namespace: 'market',
  key: ({ symbol, timeframe, fromMs, toMs }) => `candles:${symbol}:${timeframe}:${fromMs}-${toMs}`,
  ttlMs: DAY_MS,
  ttlMsOf: blockTtlMs,
  graceMs: 10 * MINUTE_MS,
  softTimeoutMs: PATIENCE_MS,
  tags: (params) => [...marketTags(params), ...symbolTags(params)],
  schema: candleBlockSchema,
});

/**
 * From whatever is looked at of a symbol to its bars: 10 to 120 ms of a thread where nobody asked for them before. Two at
 * once and five a second leave most of the thread to readers also when all of them are computed.
 */
export const chartPrefetch = definePrefetch({
  name: 'market.charts',
  minConfidence: 0.6,
  maxConcurrent: 2,
  maxPerSecond: 5,
  withinMs: 30 * SECOND_MS,
});

/** No grace: beside a quote of now, premiums of a while ago would promise a profit that is not there. */
export const optionChainCache = defineCache<
  OfMarket & OfSymbol & { readonly expiry: string },
  OptionChain
>({
  name: 'market.option-chain',
  namespace: 'market',
  key: ({ symbol, expiry }) => `option-chain:${symbol}:${expiry}`,
  ttlMs: 5 * SECOND_MS,
  tags: (params) => [...marketTags(params), ...symbolTags(params)],
  schema: optionChainSchema,
});

export const marketStatusCache = defineCache<{ readonly minuteMs: number }, MarketStatus>({
  name: 'market.status',
  namespace: 'market',
  key: ({ minuteMs }) => `status:${minuteText(minuteMs)}`,
  ttlMs: MINUTE_MS,
  schema: marketStatusSchema,
});

/** A figure of the whole market, which nobody trades at; `asOf` tells its age. */
export const indicesCache = defineCache<OfMarket, MarketIndices>({
  name: 'market.indices',
  namespace: 'market',
  key: () => 'indices',
  ttlMs: 5 * MINUTE_MS,
  graceMs: HOUR_MS,
  softTimeoutMs: PATIENCE_MS,
  tags: marketTags,
  schema: indicesSchema,
});

/** No grace, nor for the status: both are made of what the process has, and cannot fail. */
export const searchCache = defineCache<OfMarket & { readonly queryHash: string }, SearchAnswer>({
  name: 'market.search',
  namespace: 'market',
  key: ({ queryHash }) => `search:${queryHash}`,
  ttlMs: 5 * MINUTE_MS,
  tags: marketTags,
  schema: searchAnswerSchema,
});

/** Written through by the feed. */
export const orderBookCache = defineCache<OfSymbol, OrderBook>({
  name: 'trading.order-book',
  namespace: 'trading',
  key: ({ symbol }) => `order-book:${symbol}`,
  ttlMs: SECOND_MS,
  tags: symbolTags,
  schema: orderBookSchema,
});

/** `20250314_1359`, UTC. */
function minuteText(minuteMs: number): string {
  return new Date(minuteMs).toISOString().slice(0, 16).replace(/[-:]/g, '').replace('T', '_');
}
