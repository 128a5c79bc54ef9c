import { AppError } from '../../kernel/app-error.js';

/** How long an aborted processor may take to come to an end of its own before it is left behind. */
export const ABORT_GRACE_MS = 1_000;
/** What {@link untilAbandoned} resolves to where it gives up. */
export const ABANDONED = Symbol('abandoned');
const TIMED_OUT = 'queue.timed_out';
const CANCELLED = 'queue.cancelled';
/** Longer waits overflow a timer, which then fires at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** The reason to abort a job that nobody wants any more: it fails, and is not tried again. */
export function jobCancelled(): AppError {
  return new AppError('conflict', CANCELLED, 'the job was cancelled');
}

/** Whether {@link jobCancelled} is what ended the attempt. */
export function wasCancelled({ reason }: JobAbort): boolean {
  return reason instanceof AppError && reason.code === CANCELLED;
}

/** Whether the reason of an abort is that the job failed; else the attempt was interrupted, and does not count. */
export function endsJob(reason: unknown): reason is AppError {
  return reason instanceof AppError && [TIMED_OUT, CANCELLED].includes(reason.code);
}

/** Ends one attempt at a job before its time, for the reason that is given first. */
export class JobAbort {
  readonly #listeners: (() => void)[] = [];
  #controller: AbortController | undefined;
  #reason: Error | undefined;

  /** undefined: nobody has asked for it. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  /** Made for who asks for it, which most processors do not: an `AbortController` costs 4 µs, as much as checking a job does. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
    for (const listener of this.#listeners) listener();
  }

  /** Called once, when it is aborted or at once where it was. */
  onAbort(listener: () => void): void {
    if (this.#reason === undefined) this.#listeners.push(listener);
    else listener();
  }
}

/** Ends an attempt that takes too long. */
export function abortAfter(abort: JobAbort, timeoutMs: number): NodeJS.Timeout {
  return setTimeout(
    () => {
      const message = `the job did not end within ${timeoutMs} ms`;
      abort.abort(new AppError('timeout', TIMED_OUT, message));
    },
    Math.min(timeoutMs, MAX_TIMER_MS),
  );
}

/** What `work` comes to; {@link ABANDONED} where it goes on {@link ABORT_GRACE_MS} after it was to end. */
export function untilAbandoned<T>(
  abort: JobAbort,
  work: Promise<T>,
): Promise<T | typeof ABANDONED> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let ended = false;
    const end = (): void => {
      ended = true;
      clearTimeout(timer);
    };
    work.then(
      (result) => {
        end();
        resolve(result);
      },
      (error: Error) => {
        end();
        reject(error);
      },
    );
    abort.onAbort(() => {
      if (!ended) timer = setTimeout(() => resolve(ABANDONED), ABORT_GRACE_MS);
    });
  });
}
