import { v5 } from 'uuid';
import type { NewsItem, Statement } from '../research.dto.js';
import {
  NewsProvider,
  StatementsProvider,
  type CompanyNews,
  type CompanyStatements,
} from '../research.provider.js';
import type { ResearchFile } from './research-file.js';
import type { ResearchFolder } from './research-folder.js';

/** Of the ids of stories: the same story has the same one in every process. */
const STORY_NAMESPACE = '4f1b8f0e-52c3-4a6f-9a53-7c2f0a8f6d11';

/** Statements out of the research folder, read once at start. */
export class FileStatements extends StatementsProvider {
  override readonly revision: string;
  readonly #companies: ReadonlyMap<string, CompanyStatements>;

  constructor({ bySymbol, contentHash }: ResearchFolder) {
    super();
    this.revision = contentHash;
    this.#companies = mapValues(bySymbol, ({ name, currency, source, note, asOf, ...file }) => ({
      ...{ name, currency, source, note, asOf },
      annual: newestFirst(file.annual),
      quarterly: newestFirst(file.quarterly),
    }));
  }

  override async statementsOf(symbol: string): Promise<CompanyStatements | undefined> {
    return this.#companies.get(symbol);
  }
}

/** News out of the research folder, read once at start. */
export class FileNews extends NewsProvider {
  override readonly revision: string;
  readonly #companies: ReadonlyMap<string, CompanyNews>;

  constructor({ bySymbol, contentHash }: ResearchFolder) {
    super();
    this.revision = contentHash;
    this.#companies = mapValues(bySymbol, ({ symbol, source, note, asOf, news }) => ({
      ...{ source, note, asOf },
      items: newsItems(symbol, news),
    }));
  }

  override async newsOf(symbol: string): Promise<CompanyNews | undefined> {
    return this.#companies.get(symbol);
  }
}

function newestFirst(statements: readonly Statement[]): Statement[] {
  return statements.toSorted((a, b) => (a.period < b.period ? 1 : -1));
}

function newsItems(symbol: string, stories: ResearchFile['news']): NewsItem[] {
  return stories
    .map((story) => ({
      id: v5(`${symbol}\n${story.publishedAt}\n${story.headline}`, STORY_NAMESPACE),
      ...story,
    }))
    .sort((a, b) => Date.parse(b.publishedAt) - Date.parse(a.publishedAt));
}

function mapValues<From, To>(
  map: ReadonlyMap<string, From>,
  change: (value: From) => To,
): Map<string, To> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
