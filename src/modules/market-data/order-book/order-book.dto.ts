import { z } from 'zod';
import { decimal, sourceSchema } from '../market-data.dto.js';
import type { BookLevel, OrderBook } from './order-book.js';

const levelSchema = z.object({
  price: decimal.describe('USD'),
  size: decimal.describe('units'),
}) satisfies z.ZodType<BookLevel>;

export const orderBookSchema = z.object({
  symbol: z.string(),
  bids: z
    .array(levelSchema)
    .readonly()
    .describe('the highest price first: that is the bid of the quote'),
  asks: z
    .array(levelSchema)
    .readonly()
    .describe('the lowest price first: that is the ask of the quote'),
  asOf: z.iso.datetime(),
  source: sourceSchema,
}) satisfies z.ZodType<OrderBook>;
