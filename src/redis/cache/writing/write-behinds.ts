import { Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import type { PendingWrites } from '../../../kernel/pending-writes.js';
import type { KeyRing } from '../../../kernel/secret-box.js';
import { settlesWithin } from '../../../kernel/deadline.js';
import type { Caches } from '../cache.js';
import { MemoryPendingWrites } from './memory.pending-writes.js';
import { QueuedWriteBehind } from './queued.write-behind.js';
import type { WriteBehind, WriteBehindStatistics, WriteSource } from './write-behind.js';
import type { Durability, WriteBehindDefinition } from './write-behind-definition.js';

/** For the writes that wait when the process is told to end. */
const LAST_FLUSH_MS = 5 * SECOND_MS;

interface Used {
  readonly name: string;
  readonly durability: Durability;
  readonly statistics: () => Promise<WriteBehindStatistics>;
  readonly stop: (withinMs: number) => Promise<number>;
}

/** Where write-behinds come from. Flushes what waits when the application ends, while everything else still works. */
export class WriteBehinds implements BeforeApplicationShutdown {
  readonly #logger = new Logger('WriteBehind');
  readonly #caches: Caches;
  readonly #journal: PendingWrites;
  readonly #encryptionKeys: KeyRing;
  readonly #memory = new MemoryPendingWrites();
  readonly #used = new Map<string, Used>();

  constructor(caches: Caches, journal: PendingWrites, encryptionKeys: KeyRing) {
    this.#caches = caches;
    this.#journal = journal;
    this.#encryptionKeys = encryptionKeys;
  }

  /**
   * Starts a write-behind; once per definition, where its source is.
   * @param source must be good for what other processes, also of older releases, wrote under this name
   * @throws AppError `cache.duplicate_name`, `cache.invalid_definition` (internal)
   */
  use<Params, Value>(
    definition: WriteBehindDefinition<Params, Value>,
    source: WriteSource<Params, Value>,
  ): WriteBehind<Params, Value> {
    const { name, durability } = definition;
    if (this.#used.has(name)) {
      throw new AppError('internal', 'cache.duplicate_name', `two write-behinds are named ${name}`);
    }
    const writeBehind = new QueuedWriteBehind(
      definition,
      this.#caches.use(definition.cache),
      durability === 'journaled' ? this.#journal : this.#memory,
      source,
      this.#encryptionKeys,
    );
    this.#used.set(name, {
      name,
      durability,
      statistics: () => writeBehind.statistics(),
      stop: (withinMs) => writeBehind.stop(withinMs),
    });
    writeBehind.start();
    return writeBehind;
  }

  /** In the order of first use. */
  statistics(): Promise<readonly WriteBehindStatistics[]> {
    return Promise.all([...this.#used.values()].map((used) => used.statistics()));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([...this.#used.values()].map((used) => this.#stop(used)));
  }

  /** Within a bound also when the source does not answer at all. */
  async #stop({ name, durability, stop }: Used): Promise<void> {
    let lost: number | undefined;
    const stopped = stop(LAST_FLUSH_MS).then((pending) => {
      lost = pending;
    });
    await settlesWithin(stopped, 2 * LAST_FLUSH_MS);
    if (lost === 0 || durability === 'journaled') return;
    this.#logger.error({
      message: 'writes that no source took end with the process',
      name,
      pending: lost ?? 'unknown: the source does not answer',
    });
  }
}
