import { Logger } from '@nestjs/common';
import type { Clock } from '../../kernel/clock.js';
import { AppError } from '../../kernel/app-error.js';
import { DAY_MS } from '../../kernel/duration.js';
import { newId } from '../../kernel/ids.js';
import type { JsonValue } from '../../kernel/json.js';
import type { RedisConnections } from '../connection/redis-connections.js';
import { parseFrozen } from '../frozen-json.js';
import type { KeyBuilder } from '../keys/redis-key.js';
import { LuaScript } from '../scripts/lua-script.js';
import {
  PubSub,
  type MessageHandler,
  type SequencedMessage,
  type Subscription,
} from './pub-sub.js';
import { RedisSubscriber, type TopicKind } from './redis-subscriber.js';

const NUMBERING_TTL_MS = 7 * DAY_MS;

/** Publishes on the shared command connection; receives on one of its own. */
export class RedisPubSub extends PubSub {
  readonly #logger = new Logger('PubSub');
  readonly #connections: RedisConnections;
  readonly #keys: KeyBuilder;
  readonly #clock: Clock;
  readonly #subscriber: RedisSubscriber;
  readonly #publishByKey = new LuaScript('publish');
  readonly #publishSequenced = new LuaScript('publish-sequenced');

  constructor(connections: RedisConnections, keys: KeyBuilder, clock: Clock) {
    super();
    this.#connections = connections;
    this.#keys = keys;
    this.#clock = clock;
    this.#subscriber = new RedisSubscriber(connections, this.#logger, (text) => this.#parse(text));
  }

  override async publish(channel: string, message: JsonValue): Promise<void> {
    const client = this.#connections.command;
    const wire = this.#wire(channel);
    const text = JSON.stringify(message);
    try {
      await (client.isCluster
        ? this.#publishByKey.run(client, [wire], [text])
        : client.publish(wire, text));
    } catch (cause) {
      throw unavailable(channel, cause);
    }
  }

  override async publishSequenced(
    channel: string,
    data: JsonValue,
    meta: { readonly correlationId?: string } = {},
  ): Promise<SequencedMessage> {
    const ts = new Date(this.#clock.nowMs()).toISOString();
    const head = JSON.stringify({ channel }).slice(0, -1);
    const tail = JSON.stringify({ ts, data, ...meta }).slice(1);
    const key = this.#keys.key('bus', 'seq', channel);
    const args = [this.#wire(channel), newId(), NUMBERING_TTL_MS, head, tail];
    try {
      const reply = await this.#publishSequenced.run(this.#connections.command, [key], args);
      const [epoch, seq] = reply as [string, string];
      return {
        ...(parseFrozen(`${head},${tail}`) as unknown as SequencedMessage),
        epoch,
        seq: Number(seq),
      };
    } catch (cause) {
      throw unavailable(channel, cause);
    }
  }

  override subscribe(channel: string, handler: MessageHandler): Promise<Subscription> {
    return this.#subscribe('channel', this.#wire(channel), handler);
  }

  override subscribePattern(pattern: string, handler: MessageHandler): Promise<Subscription> {
    return this.#subscribe('pattern', this.#wire(pattern.replace(/[?[\]\\]/g, '\\$&')), handler);
  }

  #subscribe(kind: TopicKind, wireName: string, handler: MessageHandler): Promise<Subscription> {
    const prefix = this.#wire('');
    return this.#subscriber.subscribe(kind, wireName, (message, wireChannel) =>
      handler(message, wireChannel.slice(prefix.length)),
    );
  }

  #wire(channel: string): string {
    return this.#keys.key('bus', channel);
  }

  #parse(text: string): JsonValue | undefined {
    try {
      return parseFrozen(text);
    } catch {
      this.#logger.warn(
        'dropped a message that is not JSON: someone else publishes under our prefix',
      );
      return undefined;
    }
  }
}

function unavailable(channel: string, cause: unknown): AppError {
  return new AppError('unavailable', 'pubsub.unavailable', `cannot publish on ${channel} now`, {
    cause,
  });
}
