import { Injectable, Logger } from '@nestjs/common';
import type { ZodType } from 'zod';
import { AppError } from '../../kernel/app-error.js';
import { FaultLog } from '../../kernel/fault-log.js';
import type { JsonValue } from '../../kernel/json.js';
import { PubSub, type Subscription } from './pub-sub.js';
import type { Topic, TopicInput, TopicMessage } from './topic.js';

/**
 * Messages between instances by declared topics: what goes out and what comes in has the topic's shape. Fire and
 * forget, as {@link PubSub}.
 */
@Injectable()
export class Bus {
  readonly #faults = new FaultLog(new Logger(Bus.name));

  constructor(private readonly pubSub: PubSub) {}

  /**
   * @param member of a family, where the topic is one
   * @throws AppError `pubsub.invalid_message` (internal) when it does not fit; `pubsub.unavailable` as {@link PubSub.publish}
   */
  async publish<Schema extends ZodType>(
    topic: Topic<Schema>,
    message: TopicInput<Schema>,
    member?: string,
  ): Promise<void> {
    const parsed = topic.schema.safeParse(message);
    if (!parsed.success) {
      throw new AppError('internal', 'pubsub.invalid_message', `not of topic ${topic.name}`, {
        cause: parsed.error,
      });
    }
    await this.pubSub.publish(channelOf(topic, member), message as JsonValue);
  }

  /** Messages that do not fit, of another release or somebody else, are reported and dropped. */
  subscribe<Schema extends ZodType>(
    topic: Topic<Schema>,
    handler: (message: TopicMessage<Schema>) => void | Promise<void>,
    member?: string,
  ): Promise<Subscription> {
    return this.pubSub.subscribe(channelOf(topic, member), async (message) => {
      const parsed = this.#parse(topic, message);
      if (parsed.success) await handler(parsed.data);
    });
  }

  /** Every member of a family. */
  subscribeFamily<Schema extends ZodType>(
    topic: Topic<Schema>,
    handler: (message: TopicMessage<Schema>, member: string) => void | Promise<void>,
  ): Promise<Subscription> {
    const prefix = channelOf(topic, '');
    return this.pubSub.subscribePattern(`${prefix}*`, async (message, channel) => {
      const parsed = this.#parse(topic, message);
      if (parsed.success) await handler(parsed.data, channel.slice(prefix.length));
    });
  }

  #parse<Schema extends ZodType>(topic: Topic<Schema>, message: JsonValue) {
    const parsed = topic.schema.safeParse(message);
    if (!parsed.success) this.#faults.report(`message on topic ${topic.name}`, parsed.error);
    return parsed;
  }
}

function channelOf({ name }: Topic, member?: string): string {
  return member === undefined ? name : `${name}:${member}`;
}
