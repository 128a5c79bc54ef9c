import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Caches, ChangeFollower, PubSub } from '../../../redis/index.js';
import { CacheTtlSettings } from '../../system-config/index.js';

/** Lets the caches of this process live as long as administrators want them to. */
@Injectable()
export class TtlOverrides implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #follower: ChangeFollower;
  #applied: ReadonlyMap<string, number> = new Map();

  constructor(
    private readonly settings: CacheTtlSettings,
    private readonly caches: Caches,
    pubsub: PubSub,
  ) {
    this.#follower = new ChangeFollower(pubsub, {
      what: 'TTLs of caches',
      channel: 'monitoring.cache-ttls',
      apply: () => this.#apply(),
    });
  }

  /** Before the first request: what is cached from then on has its right TTL. */
  onApplicationBootstrap(): Promise<void> {
    return this.#follower.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.#follower.stop();
  }

  /** Applies what is stored by now, here and, as far as they can be told, in all other processes. */
  changed(): Promise<void> {
    return this.#follower.changed();
  }

  /** Never rejects. */
  follow(): Promise<void> {
    return this.#follower.follow();
  }

  async #apply(): Promise<void> {
    const wanted = await this.settings.all();
    // A name that nothing here goes by may be a cache of another version.
    for (const { name, ttlMs } of this.caches.statistics()) {
      const overrideMs = wanted.get(name);
      if (overrideMs === undefined && !this.#applied.has(name)) continue;
      if (overrideMs !== ttlMs) this.caches.overrideTtl(name, overrideMs);
    }
    this.#applied = wanted;
  }
}
