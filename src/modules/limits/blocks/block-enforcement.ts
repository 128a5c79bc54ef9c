import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ClientBlocks } from '../../../http/index.js';
import { Clock } from '../../../kernel/clock.js';
import { ChangeFollower, PubSub } from '../../../redis/index.js';
import { BlocksRepository } from './blocks.repository.js';

/** Beyond it those that last longest hold; limits refuse the rest as well. */
const MOST_BLOCKS = 10_000;

/** Holds this process to the blocks that are stored. */
@Injectable()
export class BlockEnforcement implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #follower: ChangeFollower;

  constructor(
    rows: BlocksRepository,
    blocks: ClientBlocks,
    pubsub: PubSub,
    @Inject(Clock) clock: Clock,
  ) {
    this.#follower = new ChangeFollower(pubsub, {
      what: 'blocks of addresses',
      channel: 'limits.blocks',
      apply: async () => {
        const live = await rows.listLive(new Date(clock.nowMs()), MOST_BLOCKS);
        blocks.replace(
          live.map(({ network, endsAt }) => ({ network, endsAtMs: endsAt?.getTime() ?? null })),
        );
      },
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
