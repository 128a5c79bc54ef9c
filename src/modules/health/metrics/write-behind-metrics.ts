import { Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { MetricsRegistry } from '../../../http/index.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import { remembered } from '../../../kernel/remembered.js';
import { WriteBehinds, type WriteBehindStatistics } from '../../../redis/index.js';

const FRESH_MS = 5 * SECOND_MS;
const LABELS = ['write_behind', 'durability'] as const;

/** What waits for its source, and what became of the rest. There is no series of what a journal does not tell. */
@Injectable()
export class WriteBehindMetrics {
  readonly #statistics: () => Promise<readonly WriteBehindStatistics[]>;

  constructor(
    private readonly registry: MetricsRegistry,
    writeBehinds: WriteBehinds,
  ) {
    this.#statistics = remembered(FRESH_MS, () => writeBehinds.statistics());
    this.#show('pending', 'Keys that wait for their source', ({ pending }) => pending);
    this.#show('oldest_age_seconds', 'How long the first of them has waited', (one) => {
      return one.oldestAgeMs === null ? null : one.oldestAgeMs / 1_000;
    });
    this.#count(
      'acknowledged',
      'Writes that callers were told are kept',
      (one) => one.acknowledged,
    );
    this.#count(
      'refused',
      'Writes for which there was no room, or no journal',
      (one) => one.refused,
    );
    this.#count('flushed', 'Keys that the source took', ({ flushed }) => flushed);
    this.#count('failed', 'Keys that the source was given in vain', ({ failed }) => failed);
  }

  #show(what: string, help: string, of: (one: WriteBehindStatistics) => number | null): void {
    const statistics = this.#statistics;
    new Gauge({
      name: `bourse_cache_write_behind_${what}`,
      help,
      labelNames: LABELS,
      registers: [this.registry],
      async collect() {
        const known = await statistics();
        this.reset();
        for (const one of known) {
          const value = of(one);
          if (value !== null) this.set(labelsOf(one), value);
        }
      },
    });
  }

  #count(what: string, help: string, of: (one: WriteBehindStatistics) => number): void {
    const statistics = this.#statistics;
    new Counter({
      name: `bourse_cache_write_behind_${what}_total`,
      help,
      labelNames: LABELS,
      registers: [this.registry],
      async collect() {
        const known = await statistics();
        this.reset();
        for (const one of known) this.inc(labelsOf(one), of(one));
      },
    });
  }
}

function labelsOf({ name, durability }: WriteBehindStatistics) {
  return { write_behind: name, durability };
}
