import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../kernel/duration.js';
import { bySymbol, defineCache, definePrefetch } from '../../redis/index.js';
import { marketTag } from '../market-data/index.js';
import { analysisSchema, type Analysis } from './analysis/analysis.dto.js';
import type { Horizon } from './analysis/rating.js';
import { companyNewsSchema, financialsSchema, type Financials, type News } from './research.dto.js';

/** "Nothing there" may end when a provider learns of a company. */
const EMPTY_MS = 5 * MINUTE_MS;

/** With an ended answer at hand, a source is waited for no longer. */
const PATIENCE_MS = 2 * SECOND_MS;

interface OfSymbol {
  readonly symbol: string;
  /** {@link StatementsProvider.revision} */
  readonly revision: string;
}

/**
 * The revision stands in a tag, not in the key: what was cached of other files (before a restart, in a
 * process that has not been restarted yet) carries another tag, and is a miss.
 */
const researchTags = ({ symbol, revision }: OfSymbol) => [bySymbol(symbol), `research:${revision}`];

/** Published quarter by quarter: with the source away, last week's statements are still the latest but on four days a year. */
export const financialsCache = defineCache<
  OfSymbol & { readonly period: 'annual' | 'quarterly'; readonly quarter: string | undefined },
  Financials
>({
  name: 'research.financials',
  namespace: 'research',
  key: ({ symbol, period, quarter }) => `financials:${symbol}:${period}:${quarter ?? 'all'}`,
  ttlMs: 24 * HOUR_MS,
  graceMs: 6 * DAY_MS,
  softTimeoutMs: PATIENCE_MS,
  negativeTtlMs: EMPTY_MS,
  tags: researchTags,
  schema: financialsSchema,
});

/** Each story has its own date, and the list its `asOf`: up to a day old, it misses the latest and tells nothing wrong. */
export const newsCache = defineCache<OfSymbol & { readonly category: string | undefined }, News>({
  name: 'research.news',
  namespace: 'research',
  key: ({ symbol, category }) => `news:${symbol}:${category ?? 'all'}`,
  ttlMs: HOUR_MS,
  graceMs: 23 * HOUR_MS,
  softTimeoutMs: PATIENCE_MS,
  negativeTtlMs: EMPTY_MS,
  tags: researchTags,
  schema: companyNewsSchema,
});

/**
 * Made of daily bars and statements: a day later it is made of all but one of the same. It lists each figure with its
 * date, so a reader sees which it was.
 */
export const analysisCache = defineCache<
  OfSymbol & {
    readonly horizon: Horizon;
    /** {@link QuotesService.revision}: ratings are made of prices, too. */
    readonly marketRevision: string;
  },
  Analysis
>({
  name: 'research.analysis',
  namespace: 'research',
  key: ({ symbol, horizon }) => `analysis:${symbol}:${horizon}`,
  ttlMs: 6 * HOUR_MS,
  graceMs: 18 * HOUR_MS,
  softTimeoutMs: PATIENCE_MS,
  negativeTtlMs: EMPTY_MS,
  tags: (params) => [...researchTags(params), marketTag(params.marketRevision)],
  schema: analysisSchema,
});

/** From statements and news of a company to its rating: some 100 ms where its bars are not there yet. */
export const analysisPrefetch = definePrefetch({
  name: 'research.analyses',
  minConfidence: 0.6,
  maxConcurrent: 2,
  maxPerSecond: 5,
  withinMs: MINUTE_MS,
});
