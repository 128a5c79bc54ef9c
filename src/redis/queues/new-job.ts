import { AppError } from '../../kernel/app-error.js';
import { newId } from '../../kernel/ids.js';
import type { JsonValue } from '../../kernel/json.js';
import { jobContext, openFields, sealFields } from '../../kernel/sealed-fields.js';
import type { KeyRing } from '../../kernel/secret-box.js';
import { latestVersion, upgradePayload } from './job-definition.js';
import { PRIORITIES } from './job-priority.js';
import { isStorableJson } from './json-text.js';
import type { QueueDefinition } from './queue-definition.js';
import type { AddJobOptions } from './queues.js';

/** A job that has been checked and may be handed to a backend. */
export interface NewJob {
  readonly id: string;
  readonly name: string;
  readonly payload: JsonValue;
  /** Of the payload: the latest of its job. */
  readonly version: number;
  /** Smaller runs first. */
  readonly priority: number;
  readonly delayMs: number;
  readonly correlationId: string;
  readonly dedupe: NonNullable<AddJobOptions['dedupe']> | null;
}

/** BullMQ takes neither `:` nor a bare integer, which it would mistake for an id of its own; PostgreSQL no NUL. */
const JOB_ID = /^(?!-?\d+$)[^:\0]{1,200}$/;
/** What BullMQ calls its own keys of a queue, beside which it puts those of the jobs. */
const TAKEN_IDS: ReadonlySet<string> = new Set([
  'active',
  'completed',
  'de',
  'delayed',
  'events',
  'failed',
  'id',
  'limiter',
  'marker',
  'meta',
  'paused',
  'pc',
  'prioritized',
  'repeat',
  'stalled',
  'stalled-check',
  'wait',
  'waiting-children',
]);
const DEDUPE_KEY = /^[^\0]{1,200}$/;
/** What is larger belongs in the database, with its id in the job: backends keep payloads in memory. */
const MAX_PAYLOAD_BYTES = 262_144;

/**
 * Checks a job that is to be added.
 *
 * The payload is checked as the worker will see it, after its way through JSON: a `Date` that would
 * arrive as text is refused here, not there.
 * @throws AppError of kind `invalid`: `queue.unknown_job`, `queue.invalid_id`, `queue.invalid_payload`,
 *   `queue.invalid_delay`, `queue.invalid_dedupe`; `queue.newer_version` (unavailable); `queue.payload_too_large` (payload_too_large).
 */
export function newJob(
  queue: QueueDefinition,
  name: string,
  payload: unknown,
  options: AddJobOptions,
  currentCorrelationId: string | undefined,
  keys: KeyRing | undefined,
): NewJob {
  const { id = newId(), delayMs = 0, dedupe = null } = options;
  const job = Object.hasOwn(queue.jobs, name) ? queue.jobs[name] : undefined;
  if (job === undefined) {
    throw invalid('queue.unknown_job', `the queue "${queue.name}" has no job "${name}"`);
  }
  if (!isJobId(id)) {
    throw invalid(
      'queue.invalid_id',
      'a job id is 1 to 200 characters, without ":", not a number, and no word of BullMQ',
    );
  }
  if (!(delayMs >= 0 && delayMs <= Number.MAX_SAFE_INTEGER)) {
    throw invalid('queue.invalid_delay', `a job cannot be delayed by ${delayMs} ms`);
  }
  const { key = 'none', ttlMs = 1 } = dedupe ?? {};
  if (!DEDUPE_KEY.test(key) || !(Number.isSafeInteger(ttlMs) && ttlMs > 0)) {
    throw invalid(
      'queue.invalid_dedupe',
      'a key is 1 to 200 characters, and stands for whole milliseconds',
    );
  }
  const { version = latestVersion(job) } = options;
  const context = jobContext(queue.name, name);
  // One that comes from the outbox or the dead letters is sealed already.
  const opened = openedPayload(payload as JsonValue, keys, context);
  const json = toJson(queue, name, upgradePayload(job, opened, version));
  const parsed = job.schema.safeParse(json);
  if (!parsed.success) {
    const where = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'payload'}: ${issue.message}`,
    );
    throw invalid(
      'queue.invalid_payload',
      `job "${name}" of the queue "${queue.name}": ${where.join('; ')}`,
    );
  }
  const { priority = job.priorityOf(parsed.data) ?? queue.priority } = options;
  return {
    id,
    name,
    payload: sealed(json, job.encrypt, keys, context),
    version: latestVersion(job),
    priority: PRIORITIES[priority],
    delayMs: Math.round(delayMs),
    // Of what nobody asked for the job itself is where it begins.
    correlationId: options.correlationId ?? currentCorrelationId ?? id,
    dedupe,
  };
}

function openedPayload(payload: JsonValue, keys: KeyRing | undefined, context: string): JsonValue {
  try {
    return openFields(payload, keys, context);
  } catch (cause) {
    throw invalid('queue.invalid_payload', `${context}: a sealed field cannot be opened`, cause);
  }
}

function sealed(
  payload: JsonValue,
  fields: readonly string[],
  keys: KeyRing | undefined,
  context: string,
): JsonValue {
  // The registry takes no job with sealed fields where there are no keys.
  return keys === undefined || fields.length === 0
    ? payload
    : sealFields(payload, fields, keys, context);
}

/** Whether a job may be called so. */
export function isJobId(id: string): boolean {
  return JOB_ID.test(id) && !TAKEN_IDS.has(id);
}

function toJson(queue: QueueDefinition, name: string, payload: unknown): JsonValue {
  let text: string;
  try {
    text = JSON.stringify(payload) ?? 'null';
  } catch (cause) {
    throw invalid(
      'queue.invalid_payload',
      `job "${name}" of the queue "${queue.name}": not JSON`,
      cause,
    );
  }
  if (!isStorableJson(text)) {
    throw invalid(
      'queue.invalid_payload',
      `job "${name}" of the queue "${queue.name}": text with NUL or half a character`,
    );
  }
  if (Buffer.byteLength(text) > MAX_PAYLOAD_BYTES) {
    throw new AppError(
      'payload_too_large',
      'queue.payload_too_large',
      `job "${name}" of the queue "${queue.name}": a payload has at most ${MAX_PAYLOAD_BYTES} bytes`,
    );
  }
  return JSON.parse(text) as JsonValue;
}

function invalid(code: string, message: string, cause?: unknown): AppError {
  return new AppError('invalid', code, message, { cause });
}
