import { z } from 'zod';
import { momentSchema, pageQuerySchema } from '../../http/index.js';
import { IMPORT_FORMATS, JOURNAL_SIDES, TRADE_SOURCES } from './formats/trade-row.js';
import { IMPORT_STATUSES } from './imports/import-status.js';
import { DIRECTIONS } from './trades/round-trips.js';

const decimal = z.string();
const count = z.number().int();

export const importSummarySchema = z.object({
  id: z.uuid(),
  fileName: z.string(),
  sizeBytes: count,
  format: z.enum(IMPORT_FORMATS),
  status: z.enum(IMPORT_STATUSES),
  progressPercent: count.describe('of the file'),
  rows: count.describe('lines read, without the header and empty ones'),
  imported: count.describe('trades added to the journal'),
  duplicates: count.describe('trades that the journal had already'),
  skipped: count.describe('lines that are no trades, such as dividends and deposits'),
  failed: count.describe('lines that cannot be read; the others count all the same'),
  failure: z
    .object({ code: z.string(), message: z.string() })
    .nullable()
    .describe('why the import as a whole came to nothing'),
  version: count.describe('of two live messages about an import, the higher is the later'),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
});
export type ImportSummary = z.output<typeof importSummarySchema>;

export const importSchema = importSummarySchema.extend({
  skippedReasons: z.array(z.object({ reason: z.string(), count })).describe('most frequent first'),
  errors: z
    .array(
      z.object({
        line: count.describe('of the file; the header is line 1'),
        column: z.string().nullable(),
        message: z.string(),
      }),
    )
    .describe('the first 100'),
});
export type Import = z.output<typeof importSchema>;

export const journalTradeSchema = z.object({
  id: z.uuid(),
  source: z.enum(TRADE_SOURCES).describe('the format of its file; bourse: an execution of ours'),
  importId: z.uuid().nullable(),
  brokerTradeId: z.string().nullable(),
  symbol: z.string(),
  side: z
    .enum(JOURNAL_SIDES)
    .describe('sell_to_open: a short sale; buy_to_close: a purchase that covers one'),
  quantity: decimal,
  price: decimal.describe('a unit, in `currency`'),
  currency: z.string().describe('as the broker writes it: GBX are pence'),
  fee: decimal,
  feeCurrency: z.string(),
  executedAt: z.iso.datetime().describe('midnight UTC where the broker tells the day alone'),
});
export type JournalTrade = z.output<typeof journalTradeSchema>;

export const journalSymbolSchema = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[\p{Lu}\p{N}][\p{Lu}\p{N} .:/_^=-]{0,31}$/u, 'is not a symbol');

export const listTradesSchema = pageQuerySchema
  .extend({
    symbol: journalSymbolSchema.optional(),
    from: momentSchema.optional().describe('the first moment'),
    to: momentSchema.optional().describe('the first moment after; a day is its midnight, UTC'),
  })
  .refine(({ from, to }) => !from || !to || from < to, {
    message: 'must be after from',
    path: ['to'],
  });
export type ListTrades = z.output<typeof listTradesSchema>;

export const MAX_TOP_TRADES = 100;

export const topTradesQuerySchema = z.strictObject({
  by: z.enum(['pnl']).default('pnl'),
  currency: z
    .string()
    .regex(/^[A-Za-z]{3,5}$/)
    .optional()
    .describe('profits in different currencies have no order: default is that of most round trips'),
  limit: z.coerce.number().int().min(1).max(MAX_TOP_TRADES).default(10),
});
export type TopTradesQuery = z.output<typeof topTradesQuerySchema>;

export const roundTripSchema = z.object({
  tradeId: z.uuid().describe('the trade that closed it: a sale, or a purchase that covered'),
  symbol: z.string(),
  currency: z.string(),
  direction: z.enum(DIRECTIONS).describe('short: sold first, and bought back'),
  quantity: decimal.describe('closed, as far as the trades that opened it are in the journal'),
  averageEntryPrice: decimal,
  exitPrice: decimal,
  cost: decimal.describe('paid, without fees'),
  proceeds: decimal,
  fees: decimal.describe(
    'those in `currency`; of the trades that opened it in the proportion that was closed',
  ),
  pnl: decimal.describe('proceeds - cost - fees'),
  openedAt: z.iso.datetime(),
  closedAt: z.iso.datetime(),
});
export const topTradesSchema = z.object({
  by: z.enum(['pnl']),
  currency: z.string().nullable().describe('null: there is no closed trade'),
  currencies: z.array(z.string()).describe('that have closed trades'),
  items: z.array(roundTripSchema),
  closed: count.describe('round trips in this currency'),
  unmatchedSales: count.describe(
    'sales in this currency of more than the journal knows purchases for: left out to that part',
  ),
  asOf: z.iso.datetime(),
});
export type TopTrades = z.output<typeof topTradesSchema>;
