import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SECOND_MS } from '../../../kernel/duration.js';
import { Caches, PubSub, type Subscription } from '../../../redis/index.js';
import { CacheTtlSettings } from '../../system-config/index.js';

const CHANNEL = 'monitoring.cache-ttls';
/** For those who could not be told: a message is lost while Redis is away. */
const LOOK_MS = 5 * SECOND_MS;

/**
 * Lets the caches of this process live as long as administrators want them to. A change is told to all processes
 * at once; one that does not hear of it sees it within 5 s.
 */
@Injectable()
export class TtlOverrides implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(TtlOverrides.name);
  #applied: ReadonlyMap<string, number> = new Map();
  #running: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #subscription: Promise<Subscription> | undefined;

  constructor(
    private readonly settings: CacheTtlSettings,
    private readonly caches: Caches,
    private readonly pubsub: PubSub,
  ) {}

  /** Before the first request: what is cached from then on has its right TTL. */
  async onApplicationBootstrap(): Promise<void> {
    this.#subscription = this.pubsub.subscribe(CHANNEL, () => this.follow());
    this.#timer = setInterval(() => void this.follow(), LOOK_MS).unref();
    await Promise.all([this.#subscription, this.follow()]);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await (await this.#subscription)?.unsubscribe();
    await (this.#queued ?? this.#running);
  }

  /** Applies what is stored by now, here and, as far as they can be told, in all other processes. */
  async changed(): Promise<void> {
    await this.follow();
    await this.pubsub.publish(CHANNEL, null).catch((error: unknown) => {
      this.#logger.warn({ message: 'others hear later of a changed TTL', err: error });
    });
  }

  /** Never rejects. One at a time: what was read first must not be applied last. */
  follow(): Promise<void> {
    this.#queued ??= this.#running.then(() => {
      this.#queued = undefined;
      this.#running = this.#apply();
      return this.#running;
    });
    return this.#queued;
  }

  async #apply(): Promise<void> {
    try {
      const wanted = await this.settings.all();
      // A name that nothing here goes by may be a cache of another version.
      for (const { name, ttlMs } of this.caches.statistics()) {
        const overrideMs = wanted.get(name);
        if (overrideMs === undefined && !this.#applied.has(name)) continue;
        if (overrideMs !== ttlMs) this.caches.overrideTtl(name, overrideMs);
      }
      this.#applied = wanted;
    } catch (error) {
      this.#logger.warn({ message: 'TTLs of caches stay as they are', err: error });
    }
  }
}
