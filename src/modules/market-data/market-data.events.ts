import type { Quote } from './quotes/quote.js';

/** All symbols were quoted for a tick. Within the process that runs the feed, not across the fleet. */
export interface QuotesTicked {
  /** One per instrument, changed since the last tick or not; all of the same tick. */
  readonly quotes: readonly Quote[];
}

export interface MarketDataEvents {
  readonly QuotesTicked: QuotesTicked;
}
