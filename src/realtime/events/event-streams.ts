import { Injectable, Logger } from '@nestjs/common';
import type { ResolvedChannel } from '../channels/channel-registry.js';
import { LiveClients } from '../clients/live-clients.js';
import { LiveFollowing } from '../clients/live-following.js';
import { closingOf } from '../live-refusals.js';
import type { EventStreamClient } from './event-stream-client.js';

/** Lets streams in, and has them follow what they ask for. */
@Injectable()
export class EventStreams {
  readonly #logger = new Logger(EventStreams.name);

  constructor(
    private readonly clients: LiveClients,
    private readonly following: LiveFollowing,
  ) {}

  /**
   * Resolves once the stream has begun, and follows every channel.
   * @throws AppError what it is refused with, the stream or one of its channels: it has not begun then
   */
  async open(client: EventStreamClient, requested: readonly string[]): Promise<void> {
    let channels: readonly ResolvedChannel[];
    try {
      this.clients.admit(client);
      channels = await Promise.all(requested.map((channel) => this.#prepare(client, channel)));
    } catch (error) {
      client.giveUp();
      throw error;
    }
    client.begin();
    try {
      for (const channel of channels) await this.#follow(client, channel);
    } catch (error) {
      // It could be followed just now.
      client.close(closingOf(error, this.#logger));
    }
  }

  #prepare(client: EventStreamClient, channel: string): Promise<ResolvedChannel> {
    return this.following.prepare(client, { channel, from: client.placeIn(channel) });
  }

  #follow(client: EventStreamClient, { client: channel, isDurable }: ResolvedChannel) {
    const request = { channel, from: client.placeIn(channel) };
    return this.following.subscribe(client, request, (followed) =>
      client.follows(followed, isDurable),
    );
  }
}
