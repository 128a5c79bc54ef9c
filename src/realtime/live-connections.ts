import { Injectable } from '@nestjs/common';
import { PubSub } from '../redis/index.js';

/** Bus channel on which instances tell each other to close sockets. */
export const CLOSE_CHANNEL = 'live.close';

/** Closes sockets on whichever instance they are. */
@Injectable()
export class LiveConnections {
  constructor(private readonly pubSub: PubSub) {}

  /** Ends the sockets that were opened with this session. */
  async closeSession(sessionId: string): Promise<void> {
    await this.pubSub.publish(CLOSE_CHANNEL, { sessionId });
  }
}
