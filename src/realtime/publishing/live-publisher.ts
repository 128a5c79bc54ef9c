import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../kernel/app-error.js';
import { Correlation } from '../../kernel/correlation.js';
import { FaultLog } from '../../kernel/fault-log.js';
import type { JsonValue } from '../../kernel/json.js';
import { PubSub } from '../../redis/index.js';
import {
  busChannel,
  type ChannelData,
  type ChannelDefinition,
  type StreamKey,
} from '../channels/channel-definition.js';
import { LiveResets } from './live-resets.js';

export interface PublishOptions {
  /** Of the event that is told: told again, it is published once, on a durable channel. */
  readonly id?: string;
}

/** Sends to every socket that follows a stream, whichever instance it is connected to. */
@Injectable()
export class LivePublisher {
  readonly #faults = new FaultLog(new Logger(LivePublisher.name));

  constructor(
    private readonly pubSub: PubSub,
    private readonly correlation: Correlation,
    private readonly resets: LiveResets,
  ) {}

  /**
   * Resolves also when the bus is away: the change itself is stored. A client that reconnects reads it; on a durable
   * channel it is told to, by a snapshot. Rejects when that cannot be written down either, for a durable channel.
   * @throws AppError `live.invalid_message` (internal) when the data does not have the channel's shape
   */
  async publish<Channel extends ChannelDefinition>(
    channel: Channel,
    key: StreamKey,
    data: ChannelData<Channel>,
    options: PublishOptions = {},
  ): Promise<void> {
    const parsed = channel.schema.safeParse(data);
    if (!parsed.success) {
      const message = `not of live channel ${channel.name}`;
      throw new AppError('internal', 'live.invalid_message', message, { cause: parsed.error });
    }
    // What the schema does not name stays inside, and what it fills in is there.
    const told = parsed.data as JsonValue;
    const bus = busChannel(channel, key);
    const correlationId = this.correlation.find();
    const meta = correlationId === undefined ? {} : { correlationId };
    const { durable } = channel;
    try {
      if (durable === undefined) await this.pubSub.publishSequenced(bus, told, meta);
      else {
        const { keep } = durable;
        await this.pubSub.publishDurable(bus, told, { ...meta, ...options, keep });
      }
    } catch (error) {
      this.#faults.report(`live message on ${channel.name}`, error);
      if (durable !== undefined) await this.resets.owe(bus);
    }
  }
}
