import { z } from 'zod';
import { decimal, signedDecimal, sourceSchema } from '../market-data.dto.js';
import type { MarketIndex, MarketIndices } from './market-index.js';

const indexSchema = z.object({
  symbol: z.string(),
  name: z.string(),
  method: z.string().describe('how it is computed'),
  baseValue: decimal,
  baseAt: z.iso.datetime().describe('when it stood at its base value'),
  value: decimal,
  previousClose: decimal.nullable(),
  change: signedDecimal.nullable(),
  changePercent: signedDecimal.nullable(),
  components: z.array(z.string()),
}) satisfies z.ZodType<MarketIndex>;

export const indicesSchema = z.object({
  items: z.array(indexSchema),
  asOf: z.iso.datetime().describe('up to 5 min ago, an hour more while the provider fails'),
  source: sourceSchema,
}) satisfies z.ZodType<MarketIndices>;
