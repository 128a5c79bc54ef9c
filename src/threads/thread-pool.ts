import { fileURLToPath } from 'node:url';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import { AppError } from '../kernel/app-error.js';
import { MINUTE_MS, SECOND_MS } from '../kernel/duration.js';

/** As many as compute at the same time; whoever comes after waits. */
const THREADS = 2;
const MEMORY_MB = 256;
/** Waiting, each with what it computes on: more than that is not held. */
const MAX_WAITING = 200;
const IDLE_MS = 30 * SECOND_MS;
/** From when it is asked for. What takes longer is broken, or belongs into smaller parts. */
const TIMEOUT_MS = 2 * MINUTE_MS;

/** Tests run the sources: there, threads read TypeScript. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const LOADER = new URL('../../test/support/jest/typescript-threads.mjs', import.meta.url).href;

/** Something that is computed in a thread: a file whose default export takes the input and returns the output. */
export interface ThreadTask<Input, Output> {
  readonly file: string;
  /** Says the types; never called here. */
  readonly work?: (input: Input) => Output | Promise<Output>;
}

/**
 * Declares a task beside its file: `threadTask<typeof work>(new URL('./rows.thread.js', import.meta.url))`. Input and output are
 * copied (structured clone): plain data, no instances of classes, no `AppError`.
 */
export function threadTask<Work extends (input: never) => unknown>(
  url: URL,
): ThreadTask<Parameters<Work>[0], Awaited<ReturnType<Work>>> {
  return { file: fileURLToPath(url).replace(/\.js$/, EXTENSION) };
}

/** Threads for what computes for more than some milliseconds: the event loop stays free meanwhile. Made when first needed. */
@Injectable()
export class ThreadPool implements OnApplicationShutdown {
  readonly #closing = new AbortController();
  #pool: Piscina | undefined;

  /**
   * @param signal ends the work at once
   * @throws the reason of the signal; AppError `threads.closed`, `threads.timed_out` or `threads.busy` (unavailable); what the task threw
   */
  async run<Input, Output>(
    { file }: ThreadTask<Input, Output>,
    input: Input,
    signal: AbortSignal,
  ): Promise<Output> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const ending = AbortSignal.any([signal, this.#closing.signal, timeout]);
    ending.throwIfAborted();
    this.#pool ??= start();
    if (this.#pool.queueSize >= MAX_WAITING) throw busy();
    try {
      return (await this.#pool.run(input, { filename: file, signal: ending })) as Output;
    } catch (error) {
      if (signal.aborted || this.#closing.signal.aborted) throw ending.reason;
      throw timeout.aborted ? timedOut() : error;
    }
  }

  /** Ends what still runs: its jobs have been handed back by then. */
  async onApplicationShutdown(): Promise<void> {
    this.#closing.abort(closed());
    await this.#pool?.destroy();
  }
}

function start(): Piscina {
  return new Piscina({
    minThreads: 0,
    maxThreads: THREADS,
    maxQueue: MAX_WAITING,
    idleTimeout: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    ...(EXTENSION === '.ts' && { execArgv: ['--import', LOADER] }),
  });
}

const closed = () => new AppError('unavailable', 'threads.closed', 'the process is shutting down');
const timedOut = () =>
  new AppError('unavailable', 'threads.timed_out', `not computed after ${TIMEOUT_MS} ms`);
const busy = () => new AppError('unavailable', 'threads.busy', 'too much is to be computed');
