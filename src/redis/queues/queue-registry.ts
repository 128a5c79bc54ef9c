import { Injectable } from '@nestjs/common';
import { AppError } from '../../kernel/app-error.js';
import type { JobsSettings } from '../../config/config.js';
import type { KeyRing } from '../../kernel/secret-box.js';
import { clearSecrets } from './clear-secrets.js';
import type { JobDefinition } from './job-definition.js';
import type { QueueDefinition } from './queue-definition.js';
import type { Job, JobFinder, JobProcessors, TakenBackListeners } from './queues.js';

/** A processor whose payload type is erased: the runner checks the payload against the job's schema first. */
export type JobProcessor = (job: Job<unknown>) => Promise<unknown>;

/** As a processor's, its payload type is erased. */
type TakenBackListener = (payload: unknown) => Promise<unknown>;

/** BullMQ allows no `:` in a name, and the name stands in keys, routes and logs. */
const NAME = /^[a-z][a-z0-9-]{0,63}$/;

const UNLIMITED: JobsSettings = {
  completedKeptMs: Infinity,
  failedKeptMs: Infinity,
  completedKeptBytes: Infinity,
};

/** Which queues this application has, and who processes their jobs. */
@Injectable()
export class QueueRegistry {
  /** By name; of an extended queue with the jobs of all its parts. */
  readonly #queues = new Map<string, QueueDefinition>();
  /** By name: the definition whose settings hold. */
  readonly #owners = new Map<string, QueueDefinition>();
  readonly #parts = new Set<QueueDefinition>();
  readonly #finders = new Map<string, { queue: string; job: string; find: JobFinder }>();
  readonly #takenBack = new Map<string, TakenBackListener>();
  readonly #processors = new Map<string, Readonly<Record<string, JobProcessor>>>();

  /** @param kept what may be kept at most, whatever a queue declares */
  constructor(
    readonly kept: JobsSettings = UNLIMITED,
    /** Of the fields that jobs declare as encrypted. */
    readonly keys?: KeyRing,
  ) {}

  /** All declared queues, in the order of their declaration. */
  get queues(): QueueDefinition[] {
    return [...this.#queues.values()];
  }

  /** Declaring the same definition again is allowed: a module that adds jobs and one that runs them both do. */
  declare(queue: QueueDefinition): void {
    if (!NAME.test(queue.name)) {
      throw misuse(
        'queue.invalid_name',
        `"${queue.name}" cannot be the name of a queue`,
        queue.name,
      );
    }
    if (this.#parts.has(queue)) return;
    for (const [job, definition] of Object.entries(queue.jobs)) {
      this.#assertNoSecrets(queue.name, job, definition);
    }
    this.#parts.add(queue);
    const known = this.#queues.get(queue.name);
    const owner = ownerOf(queue);
    if (known === undefined) {
      this.#owners.set(queue.name, owner);
      this.#queues.set(queue.name, this.#withinLimits(queue));
      return;
    }
    if (this.#owners.get(queue.name) !== owner) {
      throw misuse('queue.declared_twice', `two queues are named "${queue.name}"`, queue.name);
    }
    const taken = Object.keys(queue.jobs).find((job) => Object.hasOwn(known.jobs, job));
    if (taken !== undefined) {
      throw misuse(
        'queue.job_declared_twice',
        `job "${taken}" is declared twice`,
        queue.name,
        taken,
      );
    }
    this.#queues.set(queue.name, { ...known, jobs: { ...known.jobs, ...queue.jobs } });
  }

  /** @throws AppError `queue.not_declared`: no module imports `QueuesModule.forFeature` with it. */
  get(name: string): QueueDefinition {
    const queue = this.#queues.get(name);
    if (queue !== undefined) return queue;
    throw misuse('queue.not_declared', `the queue "${name}" is not declared`, name);
  }

  register<Q extends QueueDefinition>(queue: Q, processors: JobProcessors<Q>): void {
    const known = this.#processors.get(queue.name);
    if (Object.keys(processors).some((job) => known && Object.hasOwn(known, job))) {
      throw misuse(
        'queue.processed_twice',
        `the queue "${queue.name}" has processors already`,
        queue.name,
      );
    }
    this.#processors.set(queue.name, {
      ...known,
      ...(processors as unknown as Readonly<Record<string, JobProcessor>>),
    });
  }

  #assertNoSecrets(queue: string, job: string, { schema, encrypt }: JobDefinition): void {
    const [clear] = clearSecrets(schema, encrypt);
    if (clear !== undefined) {
      const message = `"${clear}" of job "${job}" looks like a secret: encrypt it, or read it when the job runs`;
      throw misuse('queue.secret_in_the_clear', message, queue, job);
    }
    if (encrypt.length > 0 && this.keys === undefined) {
      throw misuse('queue.no_keys', `job "${job}" has fields to encrypt, and no keys`, queue, job);
    }
  }

  #withinLimits(queue: QueueDefinition): QueueDefinition {
    const { completedMs, failedMs } = queue.retention;
    const { completedKeptMs, failedKeptMs } = this.kept;
    if (completedMs <= completedKeptMs && failedMs <= failedKeptMs) return queue;
    return {
      ...queue,
      retention: {
        ...queue.retention,
        completedMs: Math.min(completedMs, completedKeptMs),
        failedMs: Math.min(failedMs, failedKeptMs),
      },
    };
  }

  /** How to find what a queue has lost, of all jobs. */
  get finders(): { readonly queue: string; readonly job: string; readonly find: JobFinder }[] {
    return [...this.#finders.values()];
  }

  recover(queue: string, finders: Readonly<Record<string, JobFinder | undefined>>): void {
    for (const [job, find] of Object.entries(finders)) {
      if (find !== undefined) this.#finders.set(`${queue} ${job}`, { queue, job, find });
    }
  }

  onTakenBack<Q extends QueueDefinition>(queue: Q, listeners: TakenBackListeners<Q>): void {
    for (const [job, listener] of Object.entries(listeners)) {
      this.#takenBack.set(`${queue.name} ${job}`, listener as TakenBackListener);
    }
  }

  findTakenBack(queue: string, job: string): TakenBackListener | undefined {
    return this.#takenBack.get(`${queue} ${job}`);
  }

  findProcessor(queue: string, job: string): JobProcessor | undefined {
    const processors = this.#processors.get(queue);
    return processors !== undefined && Object.hasOwn(processors, job) ? processors[job] : undefined;
  }

  /** @throws AppError naming the first job that has no processor, or no finder where it needs one, or processor that has no declared job. */
  assertComplete(): void {
    for (const queue of this.#queues.values()) {
      for (const [job, { recovery }] of Object.entries(queue.jobs)) {
        const named = `job "${job}" of the queue "${queue.name}"`;
        if (this.findProcessor(queue.name, job) === undefined) {
          throw misuse('queue.no_processor', `${named} has no processor`, queue.name, job);
        }
        if (recovery === 'source' && !this.#finders.has(`${queue.name} ${job}`)) {
          throw misuse('queue.no_finder', `nobody finds a lost ${named}`, queue.name, job);
        }
      }
    }
    for (const [name, processors] of this.#processors) {
      for (const job of Object.keys(processors)) {
        if (Object.hasOwn(this.#queues.get(name)?.jobs ?? {}, job)) continue;
        throw misuse(
          'queue.no_such_job',
          `a processor stands for job "${job}" of the queue "${name}", which is not declared`,
          name,
          job,
        );
      }
    }
  }
}

function ownerOf(queue: QueueDefinition): QueueDefinition {
  return queue.base === undefined ? queue : ownerOf(queue.base);
}

function misuse(code: string, message: string, queue: string, job?: string): AppError {
  return new AppError('internal', code, message, {
    details: { queue, ...(job !== undefined && { job }) },
  });
}
