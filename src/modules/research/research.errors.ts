import { AppError } from '../../kernel/app-error.js';
import type { Horizon } from './analysis/rating.js';

export const noResearch = (symbol: string) =>
  new AppError('not_found', 'research.no_data', `There is no research data about ${symbol}.`, {
    details: { symbol },
  });

export const unknownQuarter = (symbol: string, quarter: string | undefined) =>
  new AppError(
    'not_found',
    'research.no_such_period',
    `There is no statement of ${symbol} for that period.`,
    { details: { symbol, quarter: quarter ?? null } },
  );

export const notEnoughData = (symbol: string, horizon: Horizon) =>
  new AppError(
    'not_found',
    'research.not_enough_data',
    `There are too few prices or statements of ${symbol} for an analysis of a ${horizon} horizon.`,
    { details: { symbol, horizon } },
  );

/**
 * Research files that cannot be used; it stops the boot with this one line.
 * @param place the folder, or `AAPL.json`
 */
export const badResearchFile = (place: string, problem: string, cause?: unknown) =>
  new AppError('invalid', 'research.bad_file', `bad research data: ${place}: ${problem}`, {
    cause,
  });
