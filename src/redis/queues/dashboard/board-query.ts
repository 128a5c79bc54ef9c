import { z } from 'zod';
import { AppError } from '../../../kernel/app-error.js';

const MAX_PAGE = 1_000_000;
/** A job has up to 256 KiB of payload, and the page shows it. */
const MAX_JOBS_PER_PAGE = 100;

/** The board decodes some values once more. */
const decodable = z.string().max(1_000).refine(isDecodable, 'cannot be decoded');
/** What is left empty counts as not given; what is no number is the board's own to refuse. */
const atMost = (max: number) =>
  z.string().refine((text) => !(Number(text) > max), `${max} at most`);

const schema = z.looseObject({
  activeQueue: decodable.optional(),
  queueName: decodable.optional(),
  status: z
    .string()
    .regex(/^[a-z-]{0,40}$/, 'no state of a job')
    .optional(),
  page: atMost(MAX_PAGE).optional(),
  jobsPerPage: atMost(MAX_JOBS_PER_PAGE).optional(),
});

/** Refuses what the board would fail at, or answer without a bound. @throws AppError `queue.invalid_query` */
export function assertBoardQuery(query: unknown): void {
  const issue = schema.safeParse(query).error?.issues[0];
  if (issue === undefined) return;
  const where = issue.path.join('.') || 'the query';
  throw new AppError('invalid', 'queue.invalid_query', `${where}: ${issue.message}`);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
