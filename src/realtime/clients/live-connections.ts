import { Injectable, Logger } from '@nestjs/common';
import { z } from 'zod';
import { Bus, defineTopic } from '../../redis/index.js';

/** Instances tell each other to close the connections of a user. */
const userClosed = defineTopic('live.close', z.object({ userId: z.string() }));

/** Closes live connections on whichever instance they are. */
@Injectable()
export class LiveConnections {
  readonly #logger = new Logger(LiveConnections.name);

  #count: (() => number) | undefined;

  constructor(private readonly bus: Bus) {}

  /** Those that are open in this process; undefined where it takes none. */
  get open(): number | undefined {
    return this.#count?.();
  }

  /** The gateway's part: how to count. */
  countBy(count: () => number): void {
    this.#count = count;
  }

  /** The gateway's part: whose connections to close. Resolves once all instances are heard. */
  async onCloseUser(close: (userId: string) => void): Promise<void> {
    await this.bus.subscribe(userClosed, ({ userId }) => close(userId));
  }

  /**
   * Ends the user's connections, which may follow what they may no longer: they have to ask again. Those of ended
   * sessions end by themselves.
   */
  async closeUser(userId: string): Promise<void> {
    try {
      await this.bus.publish(userClosed, { userId });
    } catch (error) {
      // Each notices at its next look.
      this.#logger.warn({ message: 'live clients not told of a change of rights', err: error });
    }
  }
}
