import { Injectable, Logger } from '@nestjs/common';
import { PubSub } from '../redis/index.js';

/** Bus channel on which instances tell each other to close sockets. */
export const CLOSE_CHANNEL = 'live.close';

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

  /** Ends the sockets that were opened with this session. */
  async closeSession(sessionId: string): Promise<void> {
    try {
      await this.pubSub.publish(CLOSE_CHANNEL, { sessionId });
    } catch (error) {
      // The session has ended all the same; each socket notices at its next look.
      this.#logger.warn({ message: 'sockets not told of an ended session', err: error });
    }
  }
}
