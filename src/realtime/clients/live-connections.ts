import { Injectable, Logger } from '@nestjs/common';
import { PubSub } from '../../redis/index.js';

/** Bus channel on which instances tell each other to close the sockets of a user. */
const CLOSE_CHANNEL = 'live.close';

/** Closes sockets on whichever instance they are. */
@Injectable()
export class LiveConnections {
  readonly #logger = new Logger(LiveConnections.name);

  #count: (() => number) | undefined;

  constructor(private readonly pubSub: PubSub) {}

  /** Sockets that are open in this process; undefined where it takes none. */
  get open(): number | undefined {
    return this.#count?.();
  }

  /** The gateway's part: how to count. */
  countBy(count: () => number): void {
    this.#count = count;
  }

  /** The gateway's part: whose sockets to close. Resolves once all instances are heard. */
  async onCloseUser(close: (userId: string) => void): Promise<void> {
    await this.pubSub.subscribe(CLOSE_CHANNEL, (message) => {
      const { userId } = message as { userId: string };
      close(userId);
    });
  }

  /**
   * Ends the user's sockets, which may follow what they may no longer: they have to ask again. Those of ended
   * sessions end by themselves.
   */
  async closeUser(userId: string): Promise<void> {
    try {
      await this.pubSub.publish(CLOSE_CHANNEL, { userId });
    } catch (error) {
      // Each socket notices at its next look.
      this.#logger.warn({ message: 'sockets not told of a change of rights', err: error });
    }
  }
}
