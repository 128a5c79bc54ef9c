import { DAY_MS, SECOND_MS } from '../../kernel/duration.js';
import { defineCache } from '../../redis/index.js';
import { openBlockTtlMs, type CandleBlock, type CandleBlockKey } from './candles/candle-range.js';
import { candleBlockSchema } from './candles/candles.dto.js';
import type { Quote } from './quote.js';
import { quoteSchema } from './quotes.dto.js';

/** Written through by the feed; `asOf` tells a reader the age. */
export const quoteCache = defineCache<{ readonly symbol: string }, Quote>({
  name: 'market.quote',
  namespace: 'market',
  key: ({ symbol }) => `quote:${symbol}`,
  ttlMs: 2 * SECOND_MS,
  schema: quoteSchema,
});

/**
 * By blocks of {@link CandleBlock}, not by the range that was asked for: ranges that overlap share them, and no
 * caller can fill the cache with ranges of his own.
 */
export const candlesCache = defineCache<CandleBlockKey, CandleBlock>({
  name: 'market.candles',
  namespace: 'market',
  key: ({ symbol, timeframe, openMs }) => `candles:${symbol}:${timeframe}:${openMs}`,
  ttlMs: DAY_MS,
  ttlMsOf: (block) => openBlockTtlMs(block) ?? DAY_MS,
  schema: candleBlockSchema,
});
