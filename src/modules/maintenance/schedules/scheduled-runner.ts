import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import { Correlation } from '../../../kernel/correlation.js';
import { newId } from '../../../kernel/ids.js';
import type { JsonValue } from '../../../kernel/json.js';
import type { Schedule } from '../../../redis/index.js';
import { failed, succeeded, type RunEnd } from './run-outcome.js';
import { ScheduleRunsRepository, type RunClaim } from './schedule-runs.repository.js';

export interface RunLimits {
  /** Until when the claim holds without being prolonged. */
  readonly leaseMs: number;
  readonly timeoutMs: number;
  /** For how long after its time-out a run that does not heed it keeps others from beginning one. */
  readonly heldMs: number;
}

const timedOut = (ms: number) =>
  new AppError('timeout', 'schedule.timed_out', `not done after ${ms} ms`);
const claimLost = () =>
  new AppError('conflict', 'schedule.claim_lost', 'another instance may run it by now');
const shuttingDown = () =>
  new AppError('unavailable', 'schedule.shutting_down', 'the process is shutting down');

/** One run from its claim to its record. */
@Injectable()
export class ScheduledRunner {
  readonly #logger = new Logger('Schedules');

  constructor(
    private readonly runs: ScheduleRunsRepository,
    private readonly correlation: Correlation,
  ) {}

  /**
   * Never rejects. Resolves once the run itself has ended, which may be after its record: one that does not
   * heed its signal is recorded at its time-out and waited for.
   */
  async run(
    schedule: Schedule,
    claim: RunClaim,
    instance: string,
    limits: RunLimits,
    stopping: AbortSignal,
  ): Promise<void> {
    const abort = new AbortController();
    const stop = (): void => abort.abort(shuttingDown());
    stopping.addEventListener('abort', stop, { once: true });
    if (stopping.aborted) stop();
    const timer = setTimeout(() => abort.abort(timedOut(limits.timeoutMs)), limits.timeoutMs);
    const keepLease = setInterval(() => {
      void this.#extend(claim, limits.leaseMs, abort);
    }, limits.leaseMs / 3);
    const startedAtMs = performance.now();
    const work = this.correlation.run(newId(), () => start(schedule, abort.signal));
    const end = await settle(work, abort.signal, startedAtMs);
    clearTimeout(timer);
    stopping.removeEventListener('abort', stop);
    const ended = work.catch(() => undefined);
    await this.#record(claim, instance, end, stopping.aborted && end.outcome !== 'succeeded');
    if (end.outcome === 'timed_out') {
      const patience = sleep(limits.heldMs, undefined, { signal: stopping, ref: false });
      await Promise.race([ended, patience.catch(() => undefined)]);
      await this.#letGo(claim);
    }
    clearInterval(keepLease);
    await ended;
  }

  async #letGo(claim: RunClaim): Promise<void> {
    try {
      await this.runs.letGo(claim);
    } catch (error) {
      this.#logger.warn({ message: `turn of ${claim.name} ends with its lease`, err: error });
    }
  }

  async #extend(claim: RunClaim, leaseMs: number, abort: AbortController): Promise<void> {
    try {
      if (!(await this.runs.extend(claim, leaseMs))) abort.abort(claimLost());
    } catch (error) {
      // Two more tries before the lease is over.
      this.#logger.warn({ message: `lease of ${claim.name} not prolonged`, err: error });
    }
  }

  async #record(claim: RunClaim, instance: string, end: RunEnd, again: boolean): Promise<void> {
    const { name } = claim;
    const { outcome, durationMs, result, error } = end;
    if (again) this.#logger.log(`${name} was interrupted and is due again`);
    else if (outcome === 'succeeded') {
      this.#logger.log({ message: 'schedule run', schedule: name, durationMs, result });
    } else {
      this.#logger.error({ message: 'schedule failed', schedule: name, outcome, error });
    }
    try {
      if (again) await this.runs.release(claim);
      else await this.runs.finish(claim, instance, end);
    } catch (cause) {
      this.#logger.warn({ message: `run of ${name} not recorded: it is repeated`, err: cause });
    }
  }
}

/** A schedule that throws before its first wait is like one that throws after it. */
async function start(schedule: Schedule, signal: AbortSignal): Promise<JsonValue> {
  return schedule.run({ signal });
}

/** The end of the work, or of the patience with it. */
async function settle(
  work: Promise<JsonValue>,
  signal: AbortSignal,
  startedAtMs: number,
): Promise<RunEnd> {
  const aborted = new Promise<never>((_, reject) => {
    const give = (): void => reject(signal.reason as Error);
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
  const durationMs = (): number => Math.round(performance.now() - startedAtMs);
  try {
    return succeeded(await Promise.race([work, aborted]), durationMs());
  } catch (error) {
    const isTimeout = error instanceof AppError && error.code === 'schedule.timed_out';
    return failed(isTimeout ? 'timed_out' : 'failed', error, durationMs());
  }
}
