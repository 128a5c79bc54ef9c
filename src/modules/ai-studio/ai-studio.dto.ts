import { z } from 'zod';
import { isSensibleMoment } from '../../http/index.js';
import { NOT_PRINTABLE, PRINTABLE } from '../../kernel/printable-text.js';
import { symbolSchema, TIMEFRAMES } from '../market-data/index.js';
import { FEATURE_NAMES } from './features/features.js';
import { TRAINING_STATUSES } from './training/training-state.js';

/** What the market answers at once, and a worker has learnt from within seconds. */
export const MAX_BARS = 1_500;
const DEFAULT_LOOKBACK_BARS = 1_000;
/** The first moment that bars may be asked for. */
const EARLIEST_MS = Date.UTC(1970, 0, 1);

const momentSchema = z.iso.datetime({ offset: true }).refine((text) => {
  const atMs = Date.parse(text);
  return atMs >= EARLIEST_MS && isSensibleMoment(atMs);
}, 'must lie between 1970 and 2200');

export const createModelSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(80).regex(PRINTABLE, NOT_PRINTABLE),
    symbol: symbolSchema,
    timeframe: z.enum(TIMEFRAMES),
    features: z
      .array(z.enum(FEATURE_NAMES))
      .min(1)
      .max(FEATURE_NAMES.length)
      .refine((names) => new Set(names).size === names.length, 'must not name a feature twice'),
    lookbackBars: z
      .number()
      .int()
      .min(1)
      .max(MAX_BARS)
      .optional()
      .describe(
        `closed bars before the training to learn from, warm-up included; ${DEFAULT_LOOKBACK_BARS} without from`,
      ),
    from: momentSchema.optional().describe('learn from the bars that open at this moment or later'),
    to: momentSchema.optional().describe('and before this one; unset: until the training'),
  })
  .superRefine(({ lookbackBars, from, to }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (from !== undefined && lookbackBars !== undefined) {
      refuse('lookbackBars', 'give lookbackBars, or from and to');
    }
    if (to !== undefined && from === undefined) refuse('to', 'needs from');
    if (from !== undefined && to !== undefined && Date.parse(from) >= Date.parse(to)) {
      refuse('to', 'must be after from');
    }
  })
  .transform(({ lookbackBars, ...model }) => ({
    ...model,
    lookbackBars: model.from === undefined ? (lookbackBars ?? DEFAULT_LOOKBACK_BARS) : undefined,
  }));
export type CreateModel = z.output<typeof createModelSchema>;

const moment = z.iso.datetime();
const share = z.number().min(0).max(1);

export const featureSchema = z.object({
  name: z.enum(FEATURE_NAMES),
  description: z.string(),
  formula: z.string(),
  warmUpBars: z.number().int().describe('bars needed before the bar it is of'),
});
export type FeatureView = z.output<typeof featureSchema>;

export const trainingSchema = z.object({
  id: z.uuid(),
  modelId: z.uuid(),
  status: z.enum(TRAINING_STATUSES),
  progress: z.number().int().min(0).max(100).describe('percent'),
  version: z.number().int().nullable().describe('of the model, once finished'),
  failure: z.object({ code: z.string(), reason: z.string() }).nullable(),
  createdAt: moment,
  startedAt: moment.nullable(),
  finishedAt: moment.nullable(),
  updatedAt: moment,
});
export type Training = z.output<typeof trainingSchema>;

export const modelSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  symbol: z.string(),
  timeframe: z.enum(TIMEFRAMES),
  features: z.array(z.enum(FEATURE_NAMES)),
  lookbackBars: z.number().int().nullable(),
  from: moment.nullable(),
  to: moment.nullable(),
  latest: z
    .object({
      version: z.number().int(),
      trainedAt: moment,
      accuracy: share,
      baselineAccuracy: share,
    })
    .nullable()
    .describe('the version that performance and predict are about; null before the first'),
  training: trainingSchema.nullable().describe('the newest'),
  createdAt: moment,
});
export type Model = z.output<typeof modelSchema>;

const scoresSchema = z.object({
  rows: z.number().int(),
  accuracy: share.describe('share of right calls'),
  precision: share.nullable().describe('of the calls "up", those that rose; null without one'),
  recall: share.nullable().describe('of the bars that rose, those called; null when none rose'),
  logLoss: z.number().describe('mean of -ln(probability given to what happened); a coin has 0.693'),
  brier: z.number().describe('mean squared distance of probability and outcome; a coin has 0.25'),
});

const periodSchema = z.object({
  from: moment.describe('when the first bar opened'),
  to: moment.describe('when the last bar opened'),
  rows: z.number().int(),
});

export const performanceSchema = z.object({
  modelId: z.uuid(),
  version: z.number().int(),
  trainedAt: moment,
  source: z.string().describe('where the bars came from'),
  period: periodSchema,
  scores: scoresSchema.describe('over all tested rows: none was used to train what forecast it'),
  baseline: scoresSchema.describe(
    'of calling the majority of the training part each time, with its share as probability',
  ),
  folds: z.array(
    z.object({
      train: periodSchema,
      test: periodSchema,
      scores: scoresSchema,
      baseline: scoresSchema,
    }),
  ),
});
export type Performance = z.output<typeof performanceSchema>;

export const predictionSchema = z.object({
  modelId: z.uuid(),
  version: z.number().int(),
  symbol: z.string(),
  timeframe: z.enum(TIMEFRAMES),
  probabilityUp: share.describe('that the bar after asOf closes above the one before'),
  features: z.array(z.object({ name: z.enum(FEATURE_NAMES), value: z.number() })),
  close: z.string().describe('USD: the last close, which the next is compared with'),
  asOf: moment.describe('when the last closed bar ended'),
  source: z.string(),
});
export type Prediction = z.output<typeof predictionSchema>;

export const dashboardSchema = z.object({
  models: z.number().int(),
  trainedModels: z.number().int(),
  trainings: z.record(z.enum(TRAINING_STATUSES), z.number().int()),
  bestModel: z
    .object({
      id: z.uuid(),
      name: z.string(),
      symbol: z.string(),
      version: z.number().int(),
      accuracy: share,
      baselineAccuracy: share,
    })
    .nullable()
    .describe('whose accuracy is furthest above its baseline'),
  asOf: moment.describe('when it was computed'),
});
export type Dashboard = z.output<typeof dashboardSchema>;
