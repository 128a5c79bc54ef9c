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
  type ChannelHistory,
  type ChannelPosition,
  type DurableMeta,
  type MessageHandler,
  type SequencedMessage,
  type Subscription,
} from './pub-sub.js';
import { RedisSubscriber } from './redis-subscriber.js';

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
  readonly #historyAppend = new LuaScript('history-append');
  readonly #historyRead = new LuaScript('history-read');
  readonly #historyReset = new LuaScript('history-reset');
  readonly #reconnected = new Set<() => void>();

  constructor(connections: RedisConnections, keys: KeyBuilder, clock: Clock) {
    super();
    this.#connections = connections;
    this.#keys = keys;
    this.#clock = clock;
    this.#subscriber = new RedisSubscriber(
      connections,
      this.#logger,
      (text) => this.#parse(text),
      () => {
        if (this.#subscriber.isListening) for (const listener of this.#reconnected) listener();
      },
    );
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
    const { head, tail } = partsOf(channel, { ts, data, ...meta });
    const key = this.#keys.key('bus', 'seq', `{${channel}}`);
    const args = [...this.#way(channel), newId(), NUMBERING_TTL_MS, head, tail];
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

  override async publishDurable(
    channel: string,
    data: JsonValue,
    { id = '', keep, ...meta }: DurableMeta,
  ): Promise<ChannelPosition> {
    const nowMs = this.#clock.nowMs();
    const { head, tail } = partsOf(channel, { ts: new Date(nowMs).toISOString(), data, ...meta });
    const bounds = [keep.messages, nowMs, nowMs - keep.ageMs];
    const args = [...this.#way(channel), newId(), NUMBERING_TTL_MS, head, tail, id, ...bounds];
    const reply = await this.#ofHistory(channel, this.#historyAppend, args);
    const [epoch, seq] = reply as [string, string];
    return { epoch, seq: Number(seq) };
  }

  override async history(channel: string, afterSeq = 0): Promise<ChannelHistory> {
    const args = [newId(), NUMBERING_TTL_MS, afterSeq];
    const reply = await this.#ofHistory(channel, this.#historyRead, args);
    const [epoch, seq, ...texts] = reply as [string, string, ...string[]];
    const messages = texts.map((text) => parseFrozen(text) as unknown as SequencedMessage);
    return { epoch, seq: Number(seq), messages };
  }

  override async resetHistory(channel: string): Promise<void> {
    const { head } = partsOf(channel, {});
    const args = [...this.#way(channel), newId(), NUMBERING_TTL_MS, head];
    await this.#ofHistory(channel, this.#historyReset, args);
  }

  override onReconnected(listener: () => void): () => void {
    this.#reconnected.add(listener);
    return () => void this.#reconnected.delete(listener);
  }

  async #ofHistory(
    channel: string,
    script: LuaScript,
    args: readonly (string | number)[],
  ): Promise<unknown> {
    // In braces: on a Cluster both are on one node.
    const keys = ['history', 'ids'].map((part) => this.#keys.key('bus', part, `{${channel}}`));
    try {
      return await script.run(this.#connections.command, keys, args);
    } catch (cause) {
      throw unavailable(channel, cause);
    }
  }

  override subscribe(channel: string, handler: MessageHandler): Promise<Subscription> {
    return this.#subscribe('channel', this.#wire(channel), handler);
  }

  override subscribeStream(stream: string, handler: MessageHandler): Promise<Subscription> {
    return this.#subscriber.subscribe('stream', this.#streamWire(stream), (message) =>
      handler(message, stream),
    );
  }

  override subscribePattern(pattern: string, handler: MessageHandler): Promise<Subscription> {
    return this.#subscribe('pattern', this.#wire(pattern.replace(/[?[\]\\]/g, '\\$&')), handler);
  }

  #subscribe(
    kind: 'channel' | 'pattern',
    wireName: string,
    handler: MessageHandler,
  ): Promise<Subscription> {
    const prefix = this.#wire('');
    return this.#subscriber.subscribe(kind, wireName, (message, wireChannel) =>
      handler(message, wireChannel.slice(prefix.length)),
    );
  }

  #wire(channel: string): string {
    return this.#keys.key('bus', channel);
  }

  /** In braces: on a Cluster the node that keeps a stream is the one that sends it. */
  #streamWire(stream: string): string {
    return this.#keys.key('stream', `{${stream}}`);
  }

  /** The command that sends a message of the stream, and the name it has there. */
  #way(stream: string): [command: string, name: string] {
    const command = this.#connections.command.isCluster ? 'SPUBLISH' : 'PUBLISH';
    return [command, this.#streamWire(stream)];
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

/** The JSON of a message but for its number, which the server gives. */
function partsOf(channel: string, rest: object): { readonly head: string; readonly tail: string } {
  return {
    head: JSON.stringify({ channel }).slice(0, -1),
    tail: JSON.stringify(rest).slice(1),
  };
}

function unavailable(channel: string, cause: unknown): AppError {
  return new AppError('unavailable', 'pubsub.unavailable', `cannot publish on ${channel} now`, {
    cause,
  });
}
