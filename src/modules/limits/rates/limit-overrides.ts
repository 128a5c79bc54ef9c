import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { RateLimitTable } from '../../../http/index.js';
import { ChangeFollower, PubSub } from '../../../redis/index.js';
import { RateLimitSettings } from '../../system-config/index.js';

/** Holds the limits of this process to the figures that administrators want. */
@Injectable()
export class LimitOverrides implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #follower: ChangeFollower;

  constructor(settings: RateLimitSettings, table: RateLimitTable, pubsub: PubSub) {
    this.#follower = new ChangeFollower(pubsub, {
      what: 'figures of limits',
      channel: 'limits.rate-limits',
      apply: async () => table.override(await settings.all()),
    });
  }

  /** Before the first request. */
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
}
