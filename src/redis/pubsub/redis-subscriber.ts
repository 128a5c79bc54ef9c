import type { Logger } from '@nestjs/common';
import type { JsonValue } from '../../kernel/json.js';
import type { RedisClient } from '../connection/create-client.js';
import { settlesWithin } from '../../kernel/deadline.js';
import type { RedisConnections } from '../connection/redis-connections.js';
import { HandlerSet } from './handler-set.js';
import type { MessageHandler, Subscription } from './pub-sub.js';

/** A `stream` is a channel, and on a Cluster one of sharded pub/sub. */
export type TopicKind = 'channel' | 'pattern' | 'stream';

/**
 * How long {@link RedisSubscriber.subscribe} waits for Redis before it leaves the rest to the
 * reconnection.
 */
const SUBSCRIBE_TIMEOUT_MS = 1_000;
/**
 * A subscriber sends nothing, so only a question shows that the line is dead; the socket time-out
 * then ends it.
 */
const HEARTBEAT_MS = 5_000;
const RETRY_MS = 2_000;

/** A channel or pattern this process listens to, for as long as it has handlers. */
interface Topic {
  readonly kind: TopicKind;
  readonly name: string;
  readonly handlers: HandlerSet;
  readonly confirmed: Promise<void>;
  readonly confirm: () => void;
}

/**
 * The receiving connection. What is subscribed is kept here and said again after every
 * reconnection: messages of the time between are lost, subscriptions are not.
 */
export class RedisSubscriber {
  readonly #client: RedisClient;
  readonly #logger: Logger;
  readonly #topics = {
    channel: new Map<string, Topic>(),
    pattern: new Map<string, Topic>(),
    stream: new Map<string, Topic>(),
  };
  readonly #linkChanged: () => void;
  /** What is subscribed here and does not stand, as far as is known. */
  readonly #lost = new Set<Topic>();
  #isListening = false;
  #retry: NodeJS.Timeout | undefined;

  /**
   * @param parse text of a message to its value; undefined: drop it.
   * @param linkChanged called when a subscription is lost, and when all stand again.
   */
  constructor(
    connections: RedisConnections,
    logger: Logger,
    parse: (text: string) => JsonValue | undefined,
    linkChanged: () => void = () => undefined,
  ) {
    this.#logger = logger;
    this.#linkChanged = linkChanged;
    this.#client = connections.create('subscriber');
    this.#client.on('message', (channel: string, text: string) => {
      const { channel: channels, stream: streams } = this.#topics;
      this.#dispatch(channels.get(channel) ?? streams.get(channel), parse(text), channel);
    });
    this.#client.on('smessage', (channel: string, text: string) => {
      this.#dispatch(this.#topics.stream.get(channel), parse(text), channel);
    });
    this.#client.on('pmessage', (pattern: string, channel: string, text: string) => {
      this.#dispatch(this.#topics.pattern.get(pattern), parse(text), channel);
    });
    this.#client.on('ready', () => void this.#subscribeAll());
    this.#client.on('close', () => this.#lose('channel', 'pattern', 'stream'));
    // Of a Cluster: the connection to one of its primaries was lost or made.
    this.#client.on('-subscriber', () => this.#lose('stream'));
    this.#client.on('subscribersReady', () => void this.#resubscribeStreams());
    const heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
    this.#client.once('end', () => clearInterval(heartbeat));
  }

  /** Whether all that is subscribed has been confirmed on a connection that is not known to be lost. */
  get isListening(): boolean {
    return this.#isListening;
  }

  /** @param name as it is on the wire; a pattern in the syntax of PSUBSCRIBE. */
  async subscribe(kind: TopicKind, name: string, handler: MessageHandler): Promise<Subscription> {
    const topics = this.#topics[kind];
    const known = topics.get(name);
    const topic = known ?? createTopic(kind, name, this.#logger);
    const remove = topic.handlers.add(handler);
    if (known === undefined) {
      topics.set(name, topic);
      if (this.#client.status === 'ready') void this.#send(kind, [topic]);
      else this.#lost.add(topic);
    }
    const isStanding = await settlesWithin(topic.confirmed, SUBSCRIBE_TIMEOUT_MS);
    if (!isStanding) this.#logger.warn(`subscription to ${name} waits for Redis`);
    return {
      ...(!isStanding && { late: topic.confirmed }),
      unsubscribe: async () => {
        remove();
        if (topic.handlers.isEmpty && topics.get(name) === topic) await this.#drop(topic);
      },
    };
  }

  async #subscribeAll(): Promise<void> {
    const kinds = ['channel', 'pattern', 'stream'] as const;
    await Promise.all(kinds.map((kind) => this.#send(kind, [...this.#topics[kind].values()])));
  }

  /** The client does so as well, but does not say when that is done. */
  async #resubscribeStreams(): Promise<void> {
    this.#lose('stream');
    const streams = [...this.#topics.stream.values()];
    await Promise.allSettled(streams.map(({ kind, name }) => this.#leave(kind, name)));
    await this.#send('stream', streams);
  }

  async #enter(kind: TopicKind, names: readonly string[]): Promise<void> {
    if (kind === 'pattern') await this.#client.psubscribe(...names);
    else if (kind === 'channel' || !this.#client.isCluster) await this.#client.subscribe(...names);
    // Each has its own slot: one command has those of one.
    else await Promise.all(names.map((name) => this.#client.ssubscribe(name)));
  }

  async #leave(kind: TopicKind, name: string): Promise<void> {
    if (kind === 'pattern') await this.#client.punsubscribe(name);
    else if (kind === 'channel' || !this.#client.isCluster) await this.#client.unsubscribe(name);
    else await this.#client.sunsubscribe(name);
  }

  async #send(kind: TopicKind, topics: readonly Topic[]): Promise<void> {
    if (topics.length === 0) return;
    const names = topics.map((topic) => topic.name);
    try {
      await this.#enter(kind, names);
      for (const topic of topics) {
        topic.confirm();
        this.#lost.delete(topic);
      }
    } catch (error) {
      // One that was dropped meanwhile is missed by nobody.
      for (const topic of topics) {
        if (this.#topics[kind].get(topic.name) === topic) this.#lost.add(topic);
      }
      const reason = error instanceof Error ? error.message : String(error);
      this.#logger.warn(`subscribing failed, will be repeated: ${reason}`);
      // A lost connection subscribes anew when it is back; one that is up and refuses has to be
      // asked again.
      if (this.#client.status === 'ready') this.#retryLater();
    }
    this.#look();
  }

  #lose(...kinds: readonly TopicKind[]): void {
    for (const kind of kinds)
      for (const topic of this.#topics[kind].values()) this.#lost.add(topic);
    this.#look();
  }

  #look(): void {
    const isListening = this.#client.status === 'ready' && this.#lost.size === 0;
    // Every attempt that fails closes something, too.
    if (isListening === this.#isListening) return;
    this.#isListening = isListening;
    this.#linkChanged();
  }

  #retryLater(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      if (this.#client.status === 'ready') void this.#subscribeAll();
    }, RETRY_MS).unref();
  }

  async #drop(topic: Topic): Promise<void> {
    this.#topics[topic.kind].delete(topic.name);
    this.#lost.delete(topic);
    this.#look();
    if (this.#client.status !== 'ready') return;
    // Nobody listens any more: should Redis go on sending, it is dropped here.
    await settlesWithin(this.#leave(topic.kind, topic.name), SUBSCRIBE_TIMEOUT_MS);
  }

  #dispatch(topic: Topic | undefined, message: JsonValue | undefined, channel: string): void {
    if (message !== undefined) topic?.handlers.dispatch(message, channel);
  }

  #beat(): void {
    // A Cluster sends a PING to a node, not down the subscribing connection, which it watches
    // itself.
    if (this.#client.isCluster || this.#client.status !== 'ready') return;
    this.#client.ping().catch(() => undefined);
  }
}

function createTopic(kind: TopicKind, name: string, logger: Logger): Topic {
  let confirm: () => void = () => undefined;
  const confirmed = new Promise<void>((resolve) => {
    confirm = resolve;
  });
  return { kind, name, handlers: new HandlerSet(logger), confirmed, confirm };
}
