import { Injectable, Logger } from '@nestjs/common';
import { PubSub } from '../redis/index.js';

/** Bus channel on which instances tell each other to close sockets. */
export const CLOSE_CHANNEL = 'live.close';

/** Closes sockets on whichever instance they are. */
@Injectable()
export class LiveConnections {
  readonly #logger = new Logger(LiveConnections.name);

  constructor(private readonly pubSub: PubSub) {}

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
