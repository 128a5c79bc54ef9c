import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../kernel/app-error.js';
import { Correlation } from '../../kernel/correlation.js';
import { DeadLetters } from '../../kernel/dead-letters.js';
import { settlesWithin } from '../../kernel/deadline.js';
import { SECOND_MS } from '../../kernel/duration.js';
import type { JsonValue } from '../../kernel/json.js';
import type { ChildResult } from './flow.js';
import { ABANDONED, abortAfter, endsJob, untilAbandoned, type JobAbort } from './job-abort.js';
import { jobContext, openFields } from '../../kernel/sealed-fields.js';
import type { KeyRing } from '../../kernel/secret-box.js';
import { NEWER_VERSION, upgradePayload, type JobDefinition } from './job-definition.js';
import { failureReason, isHopeless } from './job-failure.js';
import { toStorableJson } from './json-text.js';
import type { QueueDefinition } from './queue-definition.js';
import { QueueRegistry } from './queue-registry.js';
import type { Job } from './queues.js';

/** One attempt at a job, as a backend hands it over. */
export interface JobAttempt {
  readonly queue: QueueDefinition;
  readonly id: string;
  readonly name: string;
  /** As it came from the backend, not checked yet. */
  readonly payload: unknown;
  /** Of the payload. */
  readonly version: number;
  readonly attempt: number;
  /** As the job was added: a release may have changed them since. */
  readonly maxAttempts: number;
  /** From when the job could have begun to this attempt, its first; null: of another, or not known. */
  readonly waitedMs: number | null;
  readonly correlationId: string;
  /** Ends the attempt; its reason decides what becomes of the job. The runner itself ends one that takes too long. */
  readonly abort: JobAbort;
  readonly reportProgress: (percent: number) => Promise<unknown>;
  /** Of a flow: what its children came to. */
  readonly children: () => Promise<ChildResult[]>;
}

export type JobOutcome =
  | { readonly kind: 'completed'; readonly result: JsonValue }
  /** `hopeless`: another attempt would end the same way. */
  | { readonly kind: 'failed'; readonly reason: string; readonly hopeless: boolean }
  /** The attempt was aborted before it came to an end: it does not count. */
  | { readonly kind: 'abandoned' }
  /** This release cannot run it: due again after the delay, for another worker. It does not count. */
  | { readonly kind: 'postponed'; readonly delayMs: number };

/** How often a job of a later release asks whether a worker of that one is there. */
const POSTPONED_MS = 5 * SECOND_MS;
const RECORD_MS = 2 * SECOND_MS;
/** A result is for a person to look at; what is larger is not kept. */
const MAX_RESULT_LENGTH = 65_536;
type AttemptListener = (attempt: JobAttempt, outcome: JobOutcome, durationMs: number) => void;

/** Runs an attempt the same way under every backend: payload check, correlation id, verdict on errors, log. */
@Injectable()
export class JobRunner {
  readonly #logger = new Logger('Jobs');
  readonly #beginnings: ((attempt: JobAttempt) => void)[] = [];
  readonly #listeners: AttemptListener[] = [];

  constructor(
    private readonly registry: QueueRegistry,
    private readonly correlation: Correlation,
    private readonly deadLetters: DeadLetters,
  ) {}

  /** Called when an attempt begins; must not throw. */
  onBegin(listener: (attempt: JobAttempt) => void): void {
    this.#beginnings.push(listener);
  }

  /** Called at the end of each attempt; must not throw. */
  onEnd(listener: AttemptListener): void {
    this.#listeners.push(listener);
  }

  /** Never rejects, and ends at most {@link ABORT_GRACE_MS} after the signal aborts. */
  run(attempt: JobAttempt): Promise<JobOutcome> {
    return this.correlation.run(attempt.correlationId, async () => {
      const startedAt = performance.now();
      for (const listener of this.#beginnings) listener(attempt);
      const { outcome, error } = await this.#attempt(attempt);
      const durationMs = performance.now() - startedAt;
      this.#log(attempt, outcome, durationMs, error);
      for (const listener of this.#listeners) listener(attempt, outcome, durationMs);
      if (isLast(attempt, outcome)) await this.#bury(attempt, outcome.reason);
      // It may have been retried on the dashboard: then it is among the dead letters.
      if (outcome.kind === 'completed' && attempt.attempt > 1) await this.#unbury(attempt);
      return outcome;
    });
  }

  async #attempt(attempt: JobAttempt): Promise<{ outcome: JobOutcome; error?: unknown }> {
    const { queue, name } = attempt;
    const processor = this.registry.findProcessor(queue.name, name);
    if (processor === undefined) {
      // Not hopeless: a newer version may have added it, and one of its workers takes the next attempt.
      return failed(
        new AppError('internal', 'queue.unknown_job', `no processor for job "${name}"`),
      );
    }
    const definition = queue.jobs[name];
    try {
      const payload = readPayload(definition, attempt, this.registry.keys);
      return await this.#process(attempt, definition, () => processor(this.#job(attempt, payload)));
    } catch (error) {
      if (error instanceof AppError && error.code === NEWER_VERSION) {
        return { outcome: { kind: 'postponed', delayMs: POSTPONED_MS }, error };
      }
      return failed(error);
    }
  }

  /** Runs the processor until it ends, or {@link ABORT_GRACE_MS} after it should have. */
  async #process(
    { abort }: JobAttempt,
    definition: JobDefinition | undefined,
    processor: () => Promise<unknown>,
  ): Promise<{ outcome: JobOutcome; error?: unknown }> {
    // Somebody cancelled it before it began.
    if (abort.reason) return endOfAborted(abort.reason, abort.reason);
    const timer = definition && abortAfter(abort, definition.timeoutMs);
    try {
      const result = await untilAbandoned(abort, processor());
      if (result === ABANDONED) return endOfAborted(abort.reason, abort.reason);
      return { outcome: { kind: 'completed', result: toJson(result) } };
    } catch (error) {
      return abort.reason ? endOfAborted(abort.reason, error) : failed(error);
    } finally {
      clearTimeout(timer);
    }
  }

  #job(attempt: JobAttempt, payload: unknown): Job<unknown> {
    const { id, name, attempt: number, correlationId, abort } = attempt;
    const reportProgress = async (percent: number): Promise<void> => {
      try {
        await attempt.reportProgress(Math.round(Math.min(100, Math.max(0, percent))));
      } catch (error) {
        // Progress is for the eye: losing it is no reason to lose the work.
        this.#logger.debug({ message: 'job progress not kept', jobId: id, err: error });
      }
    };
    return {
      id,
      name,
      payload,
      attempt: number,
      correlationId,
      get signal() {
        return abort.signal;
      },
      reportProgress,
      children: attempt.children,
    };
  }

  async #unbury({ queue, id }: JobAttempt): Promise<void> {
    await this.#tell(id, this.deadLetters.settle(queue.name, id));
  }

  /** Bounded: what is not recorded now, the next cleaning of the queue finds among its failed jobs. */
  async #bury(attempt: JobAttempt, reason: string): Promise<void> {
    const { queue, id: jobId, name, version, attempt: attempts, correlationId } = attempt;
    const payload = attempt.payload as JsonValue;
    const dead = {
      queue: queue.name,
      jobId,
      name,
      payload,
      version,
      reason,
      attempts,
      correlationId,
    };
    await this.#tell(jobId, this.deadLetters.record(dead));
  }

  async #tell(jobId: string, told: Promise<void>): Promise<void> {
    try {
      if (await settlesWithin(told, RECORD_MS)) await told;
    } catch (error) {
      this.#logger.warn({ message: 'the dead letters do not know yet', jobId, err: error });
    }
  }

  #log(attempt: JobAttempt, outcome: JobOutcome, durationMs: number, error: unknown): void {
    const fields = {
      queue: attempt.queue.name,
      job: attempt.name,
      jobId: attempt.id,
      attempt: attempt.attempt,
      durationMs: Math.round(durationMs * 10) / 10,
    };
    switch (outcome.kind) {
      case 'completed':
        return this.#logger.debug({ message: 'job completed', ...fields });
      case 'abandoned':
        return this.#logger.warn({ message: 'job interrupted, it will run again', ...fields });
      case 'postponed':
        return this.#logger.warn({ message: 'job left to a later release', ...fields });
      case 'failed': {
        if (isLast(attempt, outcome))
          return this.#logger.error({ message: 'job failed', ...fields, err: error });
        return this.#logger.warn({
          message: 'job failed, it will be tried again',
          ...fields,
          err: error,
        });
      }
    }
  }
}

/** No other attempt follows. */
export function isLast(
  { attempt, maxAttempts }: JobAttempt,
  outcome: JobOutcome,
): outcome is Extract<JobOutcome, { kind: 'failed' }> {
  return outcome.kind === 'failed' && (outcome.hopeless || attempt >= maxAttempts);
}

function failed(error: unknown): { outcome: JobOutcome; error: unknown } {
  const reason = failureReason(error);
  return { outcome: { kind: 'failed', reason, hopeless: isHopeless(error) }, error };
}

/** @throws AppError `queue.invalid_payload`, `queue.newer_version`, `secret.unreadable` */
function readPayload(
  definition: JobDefinition | undefined,
  { queue, name, version, payload: kept }: JobAttempt,
  keys: KeyRing | undefined,
): unknown {
  const opened = openFields(kept as JsonValue, keys, jobContext(queue.name, name));
  const latest = definition && upgradePayload(definition, opened, version);
  const payload = definition?.schema.safeParse(latest);
  if (payload?.success) return payload.data;
  throw new AppError(
    'invalid',
    'queue.invalid_payload',
    'the payload does not fit the job any more',
    { cause: payload?.error },
  );
}

/** Who took too long or was cancelled has failed; whoever was interrupted for another reason runs again, uncounted. */
function endOfAborted(
  reason: Error | undefined,
  error: unknown,
): { outcome: JobOutcome; error?: unknown } {
  return endsJob(reason) ? failed(reason) : { outcome: { kind: 'abandoned' }, error };
}

/** The work is done, so a result that cannot be kept must not make it run again: it is left out. */
function toJson(result: unknown): JsonValue {
  try {
    const text = JSON.stringify(result) ?? 'null';
    return text.length <= MAX_RESULT_LENGTH
      ? (JSON.parse(toStorableJson(text)) as JsonValue)
      : null;
  } catch {
    return null;
  }
}
