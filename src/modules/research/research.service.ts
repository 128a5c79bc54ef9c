import { Injectable } from '@nestjs/common';
import { decodeCursor, toPage } from '../../kernel/page.js';
import { Caches, type Cache } from '../../redis/index.js';
import { QuotesService } from '../market-data/index.js';
import { dilutedEps } from './analysis/fundamentals.js';
import { financialsCache, newsCache } from './research.caches.js';
import type { Financials, FinancialsQuery, News, NewsPage, NewsQuery } from './research.dto.js';
import { noResearch, unknownQuarter } from './research.errors.js';
import { NewsProvider, StatementsProvider } from './research.provider.js';

/** What is published about a company. Which symbols there are is for the market to say. */
@Injectable()
export class ResearchService {
  readonly #financials: Cache<Parameters<typeof financialsCache.key>[0], Financials>;
  readonly #news: Cache<Parameters<typeof newsCache.key>[0], News>;

  constructor(
    private readonly quotes: QuotesService,
    private readonly statements: StatementsProvider,
    private readonly stories: NewsProvider,
    caches: Caches,
  ) {
    this.#financials = caches.use(financialsCache);
    this.#news = caches.use(newsCache);
  }

  /**
   * Statements, newest first; up to 24 h old through the cache, a week while the source fails.
   * @throws AppError `market_data.unknown_symbol`, `research.no_data`, `research.no_such_period`
   */
  async financials(anySymbol: string, { period, quarter }: FinancialsQuery): Promise<Financials> {
    const symbol = this.#known(anySymbol);
    const { revision } = this.statements;
    const found = await this.#financials.getOrSetOptional(
      { symbol, period, quarter, revision },
      async () => {
        const company = await this.statements.statementsOf(symbol);
        if (company === undefined) return undefined;
        const { name, currency, source, note, asOf } = company;
        const statements = company[period]
          .filter((statement) => quarter === undefined || statement.period === quarter)
          .map((statement) => ({ ...statement, dilutedEps: dilutedEps(statement) }));
        return {
          ...{ symbol, name, currency, source, note, asOf },
          ...{ period, quarter: quarter ?? null, statements },
        };
      },
    );
    if (found === undefined) throw noResearch(symbol);
    if (found.statements.length === 0) throw unknownQuarter(symbol, quarter);
    return found;
  }

  /**
   * News, newest first; up to an hour old through the cache, a day while the source fails.
   * @throws AppError `market_data.unknown_symbol`, `research.no_data`, `request.bad_cursor`
   */
  async news(anySymbol: string, { category, cursor, limit }: NewsQuery): Promise<NewsPage> {
    const symbol = this.#known(anySymbol);
    const afterId = cursor === undefined ? undefined : decodeCursor(cursor);
    const { revision } = this.stories;
    const found = await this.#news.getOrSetOptional({ symbol, category, revision }, async () => {
      const company = await this.stories.newsOf(symbol);
      if (company === undefined) return undefined;
      const { source, note, asOf } = company;
      const items = company.items.filter(
        (item) => category === undefined || item.category === category,
      );
      return { symbol, category: category ?? null, source, note, asOf, items: [...items] };
    });
    if (found === undefined) throw noResearch(symbol);
    // A story that is gone since the page before: the list begins again.
    const start = found.items.findIndex(({ id }) => id === afterId) + 1;
    const { items, nextCursor } = toPage(found.items.slice(start, start + limit + 1), limit);
    return { ...found, items: [...items], nextCursor };
  }

  /** The one spelling of the symbol. @throws AppError `market_data.unknown_symbol` */
  #known(symbol: string): string {
    return this.quotes.listedInstrument(symbol).symbol;
  }
}
