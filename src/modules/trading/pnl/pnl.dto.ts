import { z } from 'zod';
import { valuedPositionSchema } from '../trading.dto.js';

export const positionPnlSchema = z.object({
  positions: z
    .array(valuedPositionSchema)
    .describe('live: those that changed; one that was sold out has the quantity "0"'),
  marketValue: z.string().describe('USD, of all positions that have a price'),
  unrealizedPnl: z.string().describe('USD, of all positions that have a price'),
  asOf: z.iso.datetime().describe('when it was computed'),
});
export type PositionPnl = z.output<typeof positionPnlSchema>;
