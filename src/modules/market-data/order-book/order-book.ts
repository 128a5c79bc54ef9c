import type { QuoteSource } from '../quotes/quote.js';

/** What is wanted or offered at one price. Decimals in text: USD, and units. */
export interface BookLevel {
  readonly price: string;
  readonly size: string;
}

/** The depth of the market at one tick. The first levels are the bid and the ask of that tick's quote. */
export interface OrderBook {
  readonly symbol: string;
  /** The highest price first. */
  readonly bids: readonly BookLevel[];
  /** The lowest price first. */
  readonly asks: readonly BookLevel[];
  readonly asOf: string;
  readonly source: QuoteSource;
}
