import { z } from 'zod';
import { RATE_LIMIT_ALGORITHMS } from '../../../kernel/rate-limiter.js';
import { rateLimitFiguresSchema } from '../../system-config/index.js';

const count = z.number().int().min(0);
const { limit, windowMs, shadow } = rateLimitFiguresSchema.shape;

const figures = {
  limit: count.describe('units in a window'),
  windowMs: count,
  shadow: z.boolean().describe('counts and reports, and never refuses'),
};

export const rateLimitSchema = z.object({
  name: z.string(),
  per: z.string().describe('whose calls are counted together'),
  algorithm: z.enum(RATE_LIMIT_ALGORITHMS),
  whenAway: z
    .enum(['share', 'open'])
    .describe('without Redis: each process its share of the limit, or nothing is refused'),
  ...figures,
  declared: z.object(figures).describe('what holds without a change of yours'),
  overridden: z.boolean(),
});
export type RateLimitFigure = z.output<typeof rateLimitSchema>;

export const rateLimitListSchema = z.object({
  asOf: z.iso.datetime(),
  counting: z
    .object({
      mode: z
        .enum(['alone', 'shared', 'local'])
        .describe(
          'alone: no Redis is configured; shared: all processes count together; local: Redis is away, each counts its share',
        ),
      instances: count.describe('processes that serve the API and share the limits'),
      owedSubjects: count.describe('Redis is still to be told of what they took'),
      errors: count.describe('calls to Redis that failed or took too long'),
      losses: count.describe('times that Redis had lost its counts'),
    })
    .describe('of the process that answers'),
  items: z.array(rateLimitSchema),
});
export type RateLimitList = z.output<typeof rateLimitListSchema>;

export const limitNameSchema = z
  .string()
  .regex(/^[a-z][a-z.-]{0,99}$/, 'must be the name of a limit');

export const changeRateLimitSchema = z
  .strictObject({
    limit: limit.unwrap().nullable().optional(),
    windowMs: windowMs.unwrap().nullable().optional(),
    shadow: shadow.unwrap().nullable().optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'must hold limit, windowMs or shadow')
  .describe('in every process, from now on; null: as declared; left out: as it is');
export type ChangeRateLimit = z.output<typeof changeRateLimitSchema>;
