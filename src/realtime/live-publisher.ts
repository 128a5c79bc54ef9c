import { Injectable, Logger } from '@nestjs/common';
import { Correlation } from '../kernel/correlation.js';
import { FaultLog } from '../kernel/fault-log.js';
import type { JsonValue } from '../kernel/json.js';
import { PubSub } from '../redis/index.js';
import {
  busChannel,
  type ChannelData,
  type ChannelDefinition,
  type StreamKey,
} from './channel-definition.js';

/** Sends to every socket that follows a stream, whichever instance it is connected to. */
@Injectable()
export class LivePublisher {
  readonly #faults = new FaultLog(new Logger(LivePublisher.name));

  constructor(
    private readonly pubSub: PubSub,
    private readonly correlation: Correlation,
  ) {}

  /** Resolves also when the bus is away: the change itself is stored, and a client that reconnects reads it. */
  async publish<Channel extends ChannelDefinition>(
    channel: Channel,
    key: StreamKey,
    data: ChannelData<Channel>,
  ): Promise<void> {
    const correlationId = this.correlation.find();
    try {
      await this.pubSub.publishSequenced(
        busChannel(channel, key),
        data as JsonValue,
        correlationId === undefined ? {} : { correlationId },
      );
    } catch (error) {
      this.#faults.report(`live message on ${channel.name}`, error);
    }
  }
}
