import { z } from 'zod';
import { QUOTA_PERIODS } from '../../../kernel/quota-period.js';

const count = z.number().int().min(0);

export const quotaListSchema = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      period: z.enum(QUOTA_PERIODS).describe('of the UTC calendar'),
      limit: count,
      used: count,
      remaining: count,
      resetAt: z.iso.datetime().describe('when the next period begins'),
    }),
  ),
});
export type QuotaList = z.output<typeof quotaListSchema>;
