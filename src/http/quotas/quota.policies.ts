import { AppError } from '../../kernel/app-error.js';
import type { QuotaPeriod } from '../../kernel/quota-period.js';

/** What a user may have in a period of the UTC calendar. */
export interface QuotaPolicy {
  readonly name: string;
  readonly limit: number;
  readonly period: QuotaPeriod;
}

/** The one table of quotas (requirements, A14). `QUOTAS` in the environment replaces limits of it. */
export const QUOTAS = {
  'ml.trainings': { limit: 50, period: 'day' },
  'journal.imports': { limit: 200, period: 'day' },
} as const satisfies Readonly<Record<string, Omit<QuotaPolicy, 'name'>>>;

export type QuotaName = keyof typeof QUOTAS;

/**
 * The table with the limits of the environment.
 * @throws AppError `config.invalid` for a name that is not in the table.
 */
export function resolveQuotas(limits: ReadonlyMap<string, number>): readonly QuotaPolicy[] {
  const unknown = [...limits.keys()].find((name) => !Object.hasOwn(QUOTAS, name));
  if (unknown !== undefined) {
    const names = Object.keys(QUOTAS).join(', ');
    const problem = `bad configuration: QUOTAS: no quota is called ${unknown}; they are ${names}`;
    throw new AppError('invalid', 'config.invalid', problem);
  }
  return Object.entries(QUOTAS).map(([name, { limit, period }]) => ({
    name,
    period,
    limit: limits.get(name) ?? limit,
  }));
}
