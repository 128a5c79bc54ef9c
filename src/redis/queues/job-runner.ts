import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../kernel/app-error.js';
import { Correlation } from '../../kernel/correlation.js';
import type { JsonValue } from '../../kernel/json.js';
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
  readonly attempt: number;
  readonly correlationId: string;
  readonly signal: AbortSignal;
  readonly reportProgress: (percent: number) => Promise<unknown>;
}

export type JobOutcome =
  | { readonly kind: 'completed'; readonly result: JsonValue }
  /** `hopeless`: another attempt would end the same way. */
  | { readonly kind: 'failed'; readonly reason: string; readonly hopeless: boolean }
  /** The attempt was aborted before it came to an end: it does not count. */
  | { readonly kind: 'abandoned' };

/** How long an aborted processor may take to come to an end of its own before it is left behind. */
export const ABORT_GRACE_MS = 1_000;
/** A result is for a person to look at; what is larger is not kept. */
const MAX_RESULT_LENGTH = 65_536;
const ABANDONED = Symbol('abandoned');

/** Runs an attempt the same way under every backend: payload check, correlation id, verdict on errors, log. */
@Injectable()
export class JobRunner {
  readonly #logger = new Logger('Jobs');

  constructor(
    private readonly registry: QueueRegistry,
    private readonly correlation: Correlation,
  ) {}

  /** Never rejects, and ends at most {@link ABORT_GRACE_MS} after the signal aborts. */
  run(attempt: JobAttempt): Promise<JobOutcome> {
    return this.correlation.run(attempt.correlationId, async () => {
      const startedAt = performance.now();
      const { outcome, error } = await this.#attempt(attempt);
      this.#log(attempt, outcome, performance.now() - startedAt, error);
      return outcome;
    });
  }

  async #attempt(attempt: JobAttempt): Promise<{ outcome: JobOutcome; error?: unknown }> {
    const { queue, name, signal } = attempt;
    const processor = this.registry.findProcessor(queue.name, name);
    if (processor === undefined) {
      // Not hopeless: a newer version may have added it, and one of its workers takes the next attempt.
      return failed(
        new AppError('internal', 'queue.unknown_job', `no processor for job "${name}"`),
      );
    }
    const payload = queue.jobs[name]?.safeParse(attempt.payload);
    if (payload === undefined || !payload.success) {
      const cause = payload?.error;
      return failed(
        new AppError(
          'invalid',
          'queue.invalid_payload',
          'the payload does not fit the job any more',
          { cause },
        ),
      );
    }
    const abandonment = abandonAfterAbort(signal);
    try {
      const work = processor(this.#job(attempt, payload.data));
      const result = await Promise.race([work, abandonment.promise]);
      if (result === ABANDONED) return { outcome: { kind: 'abandoned' } };
      return { outcome: { kind: 'completed', result: toJson(result) } };
    } catch (error) {
      return signal.aborted ? { outcome: { kind: 'abandoned' }, error } : failed(error);
    } finally {
      abandonment.dispose();
    }
  }

  #job(attempt: JobAttempt, payload: unknown): Job<unknown> {
    const { id, name, attempt: number, correlationId, signal } = attempt;
    const reportProgress = async (percent: number): Promise<void> => {
      try {
        await attempt.reportProgress(Math.round(Math.min(100, Math.max(0, percent))));
      } catch (error) {
        // Progress is for the eye: losing it is no reason to lose the work.
        this.#logger.debug({ message: 'job progress not kept', jobId: id, err: error });
      }
    };
    return { id, name, payload, attempt: number, correlationId, signal, reportProgress };
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
      case 'failed': {
        const last = outcome.hopeless || attempt.attempt >= attempt.queue.attempts;
        if (last) return this.#logger.error({ message: 'job failed', ...fields, err: error });
        return this.#logger.warn({
          message: 'job failed, it will be tried again',
          ...fields,
          err: error,
        });
      }
    }
  }
}

function failed(error: unknown): { outcome: JobOutcome; error: unknown } {
  const reason = failureReason(error);
  return { outcome: { kind: 'failed', reason, hopeless: isHopeless(error) }, error };
}

/** Resolves {@link ABORT_GRACE_MS} after the signal aborts. */
function abandonAfterAbort(signal: AbortSignal): {
  promise: Promise<typeof ABANDONED>;
  dispose: () => void;
} {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: () => void = () => undefined;
  const promise = new Promise<typeof ABANDONED>((resolve) => {
    onAbort = () => {
      timer = setTimeout(() => resolve(ABANDONED), ABORT_GRACE_MS);
    };
  });
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  const dispose = (): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  };
  return { promise, dispose };
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
