import type { NewsItem, Statement } from './research.dto.js';

/** Whose data it is and of when; stands in every answer made of it. */
export interface Provenance {
  /** A short name: `sample`. */
  readonly source: string;
  /** What a reader must know about it; null: nothing. */
  readonly note: string | null;
  /** ISO 8601, UTC: the state of the data, not of the answer. */
  readonly asOf: string;
}

export interface CompanyStatements extends Provenance {
  readonly name: string;
  /** ISO 4217 code of all amounts. */
  readonly currency: string;
  /** Newest first. */
  readonly annual: readonly Statement[];
  /** Newest first. */
  readonly quarterly: readonly Statement[];
}

export interface CompanyNews extends Provenance {
  /** Newest first. */
  readonly items: readonly NewsItem[];
}

interface Revised {
  /** Names the state of the data: what was cached of another revision is not served. */
  readonly revision: string;
}

/** Where financial statements come from. */
export abstract class StatementsProvider implements Revised {
  abstract readonly revision: string;
  /** @param symbol upper case. @returns undefined for a symbol it knows nothing about. */
  abstract statementsOf(symbol: string): Promise<CompanyStatements | undefined>;
}

/** Where news come from. */
export abstract class NewsProvider implements Revised {
  abstract readonly revision: string;
  /** @param symbol upper case. @returns undefined for a symbol it knows nothing about. */
  abstract newsOf(symbol: string): Promise<CompanyNews | undefined>;
}
