import { defineChannel } from '../../realtime/index.js';
import { quoteSchema } from './quotes/quotes.dto.js';

/** `market.quote:AAPL`: each quote of a symbol whose prices differ from those before. */
export const quoteChannel = defineChannel({
  name: 'market.quote',
  audience: 'signed-in',
  parameter: /^[A-Z0-9.-]{1,12}$/,
  schema: quoteSchema,
});
