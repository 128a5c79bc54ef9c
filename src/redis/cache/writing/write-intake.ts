import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../../kernel/app-error.js';
import type { PendingWrite } from '../../../kernel/pending-writes.js';

/** Between two looks for room. */
const LOOK_AGAIN_MS = 20;

interface Writer {
  readonly deadlineMs: number;
  readonly resolve: () => void;
  readonly reject: (error: AppError) => void;
}

interface Arrival {
  readonly payload: string;
  readonly writers: readonly Writer[];
}

export interface IntakeOptions {
  readonly name: string;
  /** Writers who wait at once. */
  readonly maxWriters: number;
  readonly maxBatch: number;
  readonly maxWaitMs: number;
  /** Keeps the writes. @returns the keys for which there was room */
  readonly keep: (writes: readonly PendingWrite[]) => Promise<readonly string[]>;
  /** Shows what is kept to readers. */
  readonly publish: (writes: readonly PendingWrite[]) => Promise<void>;
  /** Told when there was no room: a flush makes some. */
  readonly onFull: () => void;
}

/**
 * Takes writes in the order of their calls, and keeps all that came while the store was busy in one go: many
 * writers cost one round trip, and of several writes of one key the last is kept for all of them.
 */
export class WriteIntake {
  readonly #options: IntakeOptions;
  readonly #arrived = new Map<string, Arrival>();
  #writers = 0;
  #isRunning = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Resolves when the write, or a later one of its key, is kept and published. */
  async add({ key, payload }: PendingWrite): Promise<void> {
    if (this.#writers >= this.#options.maxWriters) throw this.#full();
    this.#writers += 1;
    try {
      await new Promise<void>((resolve, reject) => {
        const deadlineMs = performance.now() + this.#options.maxWaitMs;
        const earlier = this.#arrived.get(key)?.writers ?? [];
        this.#arrived.set(key, { payload, writers: [...earlier, { deadlineMs, resolve, reject }] });
        if (!this.#isRunning) void this.#run();
      });
    } finally {
      this.#writers -= 1;
    }
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // What is written in one turn of the event loop is kept together.
    await Promise.resolve();
    while (this.#arrived.size > 0) {
      const group = this.#take();
      if (!(await this.#keep(group)) && this.#arrived.size > 0) await sleep(LOOK_AGAIN_MS);
    }
    this.#isRunning = false;
  }

  #take(): ReadonlyMap<string, Arrival> {
    const group = new Map([...this.#arrived].slice(0, this.#options.maxBatch));
    for (const key of group.keys()) this.#arrived.delete(key);
    return group;
  }

  /** @returns whether there was room for all of them. */
  async #keep(group: ReadonlyMap<string, Arrival>): Promise<boolean> {
    const writes = [...group].map(([key, { payload }]) => ({ key, payload }));
    let kept: ReadonlySet<string>;
    try {
      kept = new Set(await this.#options.keep(writes));
      await this.#options.publish(writes.filter(({ key }) => kept.has(key)));
    } catch (cause) {
      const error = this.#unavailable(cause);
      for (const { writers } of group.values()) for (const { reject } of writers) reject(error);
      return true;
    }
    for (const [key, arrival] of group) {
      if (kept.has(key)) for (const { resolve } of arrival.writers) resolve();
      else this.#putBack(key, arrival);
    }
    if (kept.size === group.size) return true;
    this.#options.onFull();
    return false;
  }

  #putBack(key: string, { payload, writers }: Arrival): void {
    const nowMs = performance.now();
    const patient = writers.filter(({ deadlineMs }) => deadlineMs > nowMs);
    for (const writer of writers) if (!patient.includes(writer)) writer.reject(this.#full());
    const later = this.#arrived.get(key);
    if (later !== undefined) {
      this.#arrived.set(key, { payload: later.payload, writers: [...patient, ...later.writers] });
    } else if (patient.length > 0) {
      this.#arrived.set(key, { payload, writers: patient });
    }
  }

  #full(): AppError {
    return new AppError(
      'unavailable',
      'cache.write_behind_full',
      `write-behind ${this.#options.name} has no room: its source takes less than is written`,
    );
  }

  #unavailable(cause: unknown): AppError {
    return new AppError(
      'unavailable',
      'cache.write_behind_unavailable',
      `write-behind ${this.#options.name} cannot keep a write now`,
      { cause },
    );
  }
}
