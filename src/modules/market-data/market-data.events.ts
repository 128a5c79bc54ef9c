import { z } from 'zod';
import { defineEvent } from '../../kernel/domain-event.js';
import type { Quote } from './quotes/quote.js';

const sessionPhase = z.object({
  /** Of the session, in New York: `2025-03-14`. */
  date: z.string(),
  /** When it was. */
  at: z.iso.datetime(),
  /** It is told minutes after it was: no process was there. */
  late: z.boolean(),
});

/** A session of the New York Stock Exchange has begun, by its calendar. */
export const MarketOpened = defineEvent('market-data.MarketOpened', sessionPhase);

/** A session of the New York Stock Exchange has ended, by its calendar. */
export const MarketClosed = defineEvent('market-data.MarketClosed', sessionPhase);

/** All symbols were quoted for a tick. Within the process that runs the feed, not across the fleet. */
export interface QuotesTicked {
  /** One per instrument, changed since the last tick or not; all of the same tick. */
  readonly quotes: readonly Quote[];
}

export interface MarketDataEvents {
  readonly QuotesTicked: QuotesTicked;
}
