import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import { MetricsRegistry } from '../../../http/index.js';
import { Caches, lookupsOf, type CacheLink, type CacheStatistics } from '../../../redis/index.js';

const LABELS = ['cache', 'namespace'] as const;
/** Seconds: from what the process computes itself to the hard time-out of a load, 15 s. */
const LOAD_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];
const LINK_STATES: readonly CacheLink['state'][] = ['alone', 'coherent', 'remote', 'detached'];

/** What each declared cache of this process did, and how the process stands to the others. */
@Injectable()
export class CacheMetrics {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly caches: Caches,
  ) {
    this.#reads();
    this.#loads();
    this.#entries();
    this.#link();
  }

  #reads(): void {
    const { caches, registry } = this;
    new Counter({
      name: 'bourse_cache_hits_total',
      help: 'Reads answered with a fresh value, by the process (local) or by Redis',
      labelNames: [...LABELS, 'tier'],
      registers: [registry],
      // The caches count; this shows what they have counted.
      collect() {
        this.reset();
        for (const { name: cache, namespace, localHits, remoteHits } of caches.statistics()) {
          this.inc({ cache, namespace, tier: 'local' }, localHits);
          this.inc({ cache, namespace, tier: 'redis' }, remoteHits);
        }
      },
    });
    this.#count('misses_total', 'Reads that only the source could answer', (cache) => {
      return lookupsOf([cache]).misses;
    });
    this.#count(
      'stale_served_total',
      'Reads answered with an ended value: the source failed or was slow',
      ({ staleServed }) => staleServed,
    );
    this.#count(
      'coalesced_total',
      'Readers who shared the load of another reader of the process',
      ({ coalesced }) => coalesced,
    );
    this.#count(
      'awaited_total',
      'Readers who got what another process loaded',
      ({ awaited }) => awaited,
    );
  }

  #loads(): void {
    this.#durations();
    this.#count('loads_total', 'Questions to the source', ({ loads }) => loads);
    this.#count('load_errors_total', 'Questions that the source failed', (cache) => {
      return cache.loadErrors;
    });
    this.#count('load_seconds_total', 'Time spent with the source', (cache) => {
      return cache.loadMs / 1_000;
    });
    this.#count('refreshes_total', 'Loads behind a served value', ({ refreshes }) => refreshes);
    this.#count(
      'refused_total',
      'Loaded values that were not kept: invalidated meanwhile',
      ({ refused }) => refused,
    );
    this.#count(
      'unreadable_total',
      'Stored values of an older shape, or sealed with a key that is gone',
      ({ unreadable }) => unreadable,
    );
  }

  /** Observed here, load by load: prom-client has no histogram that somebody else counts. */
  #durations(): void {
    const durations = new Histogram({
      name: 'bourse_cache_load_duration_seconds',
      help: 'Time that the source took, or took to fail; none of a cache that never asked it',
      labelNames: LABELS,
      buckets: LOAD_BUCKETS,
      registers: [this.registry],
    });
    this.caches.onEvent((event) => {
      if (event.type !== 'load') return;
      const { cache, namespace, tookMs } = event;
      durations.observe({ cache, namespace }, tookMs / 1_000);
    });
  }

  #entries(): void {
    this.#count('evictions_total', 'Local entries that made room', ({ evictions }) => evictions);
    this.#show('local_entries', 'Entries in the process', ({ localEntries }) => localEntries);
    this.#show('local_bytes', 'About what they take, by their JSON', (cache) => cache.localBytes);
    this.#show('ttl_seconds', 'How long new values live', ({ ttlMs }) => ttlMs / 1_000);
  }

  #link(): void {
    const { caches, registry } = this;
    new Gauge({
      name: 'bourse_cache_link',
      help: '1 for the state in which the process stands to the others, 0 for the rest',
      labelNames: ['state'],
      registers: [registry],
      collect() {
        const current = caches.link().state;
        for (const state of LINK_STATES) this.set({ state }, state === current ? 1 : 0);
      },
    });
    new Gauge({
      name: 'bourse_cache_owed_invalidations',
      help: 'Invalidations that Redis is still to be told of',
      registers: [registry],
      collect() {
        this.set(caches.link().owedInvalidations);
      },
    });
    const count = (name: string, help: string, of: (link: CacheLink) => number) =>
      new Counter({
        name: `bourse_cache_${name}`,
        help,
        registers: [registry],
        collect() {
          this.reset();
          this.inc(of(caches.link()));
        },
      });
    count('gaps_total', 'Times that messages of others were missed', ({ gaps }) => gaps);
    count('resets_total', 'Times that all was dropped: Redis lost some of its history', (link) => {
      return link.resets;
    });
    count('store_errors_total', 'Commands that failed or took too long', ({ errors }) => errors);
  }

  #count(name: string, help: string, of: (cache: CacheStatistics) => number): void {
    const { caches, registry } = this;
    new Counter({
      name: `bourse_cache_${name}`,
      help,
      labelNames: LABELS,
      registers: [registry],
      collect() {
        this.reset();
        for (const cache of caches.statistics()) {
          this.inc({ cache: cache.name, namespace: cache.namespace }, of(cache));
        }
      },
    });
  }

  #show(name: string, help: string, of: (cache: CacheStatistics) => number): void {
    const { caches, registry } = this;
    new Gauge({
      name: `bourse_cache_${name}`,
      help,
      labelNames: LABELS,
      registers: [registry],
      collect() {
        for (const cache of caches.statistics()) {
          this.set({ cache: cache.name, namespace: cache.namespace }, of(cache));
        }
      },
    });
  }
}
