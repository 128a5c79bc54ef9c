import { z } from 'zod';
import {
  printableText,
  provenanceSchema,
  QUARTER_PATTERN,
  statementSchema,
  storySchema,
  YEAR_PATTERN,
  type Statement,
} from '../research.dto.js';
import { findBrokenSum, findBrokenYear } from './statement-arithmetic.js';

const MAX_YEARS = 40;
const MAX_STORIES = 500;

const statements = (period: RegExp, wanted: string, max: number) =>
  z.array(statementSchema.extend({ period: z.string().regex(period, wanted) })).max(max);

/** The shape of one company's research, as `README.md` beside the sample data describes it. */
export const researchFileSchema = provenanceSchema
  .extend({
    symbol: z.string().max(12),
    name: printableText(120),
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be three letters: USD'),
    annual: statements(YEAR_PATTERN, 'must be a year: 2025', MAX_YEARS),
    quarterly: statements(QUARTER_PATTERN, 'must be a quarter: 2025-Q3', 4 * MAX_YEARS),
    news: z.array(storySchema).max(MAX_STORIES),
  })
  .strict();
export type ResearchFile = z.output<typeof researchFileSchema>;

/**
 * Reads the text of one file.
 * @throws Error whose message says in one line what is wrong and where, without the value
 */
export function parseResearchFile(text: string): ResearchFile {
  const parsed = researchFileSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.map(String).join('.');
    throw new Error(`${place ? `${place}: ` : ''}${issue?.message ?? 'has another shape'}`);
  }
  const problem = findContradiction(parsed.data);
  if (problem !== undefined) throw new Error(problem);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('is not JSON');
  }
}

/** What the shape alone does not tell: periods that are there twice, sums that do not hold. */
function findContradiction({ annual, quarterly }: ResearchFile): string | undefined {
  return (
    findIn('annual', annual, findBrokenSum) ??
    findIn('quarterly', quarterly, findBrokenSum) ??
    findIn('annual', annual, (year) => findBrokenYear(year, quarterly))
  );
}

function findIn(
  list: string,
  all: readonly Statement[],
  findProblem: (one: Statement) => string | undefined,
): string | undefined {
  for (const [i, one] of all.entries()) {
    const isDouble = all.findIndex(({ period }) => period === one.period) < i;
    const problem = isDouble ? `${one.period} is there twice` : findProblem(one);
    if (problem !== undefined) return `${list}.${i}: ${problem}`;
  }
  return undefined;
}
