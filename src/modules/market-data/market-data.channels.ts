import { SECOND_MS } from '../../kernel/duration.js';
import { defineChannel } from '../../realtime/index.js';
import { marketStatusSchema } from './calendar/market-status.dto.js';
import { orderBookSchema } from './order-book/order-book.dto.js';
import { quoteSchema } from './quotes/quotes.dto.js';

const SYMBOL_PARAMETER = /^[A-Z0-9.-]{1,12}$/;

/** `market.quote:AAPL`: each quote of a symbol whose prices differ from those before. */
export const quoteChannel = defineChannel({
  name: 'market.quote',
  audience: 'public',
  parameter: SYMBOL_PARAMETER,
  schema: quoteSchema,
});

/** `market.order-book:AAPL`: the book of each tick; under load the latest ones, and not all of them. */
export const orderBookChannel = defineChannel({
  name: 'market.order-book',
  audience: 'signed-in',
  parameter: SYMBOL_PARAMETER,
  schema: orderBookSchema,
});

/** The market has opened or closed. */
export const marketStatusChannel = defineChannel({
  name: 'market.status',
  audience: 'signed-in',
  schema: marketStatusSchema,
  polled: { everyMs: SECOND_MS, noNews: ['asOf'] },
});
