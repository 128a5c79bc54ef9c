import { z } from 'zod';
import { provenanceSchema } from '../research.dto.js';
import { HORIZONS } from './rating.js';

export const analysisQuerySchema = z.strictObject({
  horizon: z
    .enum(HORIZONS)
    .default('medium')
    .describe('short: days to weeks, prices alone; medium: months; long: a year and more'),
});
export type AnalysisQuery = z.output<typeof analysisQuerySchema>;

/** One figure that the rating used. */
const usedFigureSchema = z.object({
  name: z.string(),
  value: z.string().describe('decimal; ratios as fractions: "0.12" is 12 %'),
  unit: z.enum(['USD', 'points', 'ratio']),
  source: z.string().describe('whose data it is computed from'),
  basis: z.string().describe('which bars or statements'),
  asOf: z.string().describe('ISO 8601: the last bar, the quote, or the day of the report'),
});
export type UsedFigure = z.output<typeof usedFigureSchema>;

export const analysisSchema = z.object({
  symbol: z.string(),
  horizon: z.enum(HORIZONS),
  rating: z.enum(['buy', 'hold', 'sell']),
  score: z
    .string()
    .describe('−1 to 1: the votes of the signals by weight; from ±0.3 on it decides'),
  signals: z.array(
    z.object({
      name: z.string(),
      vote: z.union([z.literal(-1), z.literal(0), z.literal(1)]),
      weight: z.string().describe('0–1; all together 1'),
      reason: z.string(),
      figures: z.array(z.string()),
    }),
  ),
  missing: z.array(z.string()).describe('signals of this horizon that had no figures'),
  figures: z.array(usedFigureSchema).describe('every figure the signals used, and no other'),
  sources: z.array(provenanceSchema).describe('what was read'),
  asOf: z.iso
    .datetime()
    .describe('when it was computed: up to 6 h ago, a day while its sources fail'),
  note: z.string(),
});
export type Analysis = z.output<typeof analysisSchema>;
