import { AppError } from '../../kernel/app-error.js';

/** How long an aborted processor may take to come to an end of its own before it is left behind. */
export const ABORT_GRACE_MS = 1_000;
/** What {@link abandonAfterAbort} resolves to. */
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
export function wasCancelled({ reason }: AbortSignal): boolean {
  return reason instanceof AppError && reason.code === CANCELLED;
}

/** Whether the reason of an abort is that the job failed; else the attempt was interrupted, and does not count. */
export function endsJob(reason: unknown): reason is AppError {
  return reason instanceof AppError && [TIMED_OUT, CANCELLED].includes(reason.code);
}

/** Ends an attempt that takes too long. */
export function abortAfter(abort: AbortController, timeoutMs: number): NodeJS.Timeout {
  return setTimeout(
    () => {
      const message = `the job did not end within ${timeoutMs} ms`;
      abort.abort(new AppError('timeout', TIMED_OUT, message));
    },
    Math.min(timeoutMs, MAX_TIMER_MS),
  );
}

/** Resolves {@link ABORT_GRACE_MS} after the signal aborts. */
export function abandonAfterAbort(signal: AbortSignal): {
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
