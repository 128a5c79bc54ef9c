import type { JsonValue } from '../../kernel/json.js';

/**
 * A message with its place in its channel's order. `epoch` changes when the numbering starts anew
 * (Redis was emptied).
 */
export interface SequencedMessage<Data = JsonValue> {
  readonly channel: string;
  readonly epoch: string;
  /** 1, 2, 3 … within an epoch, without gaps at the publisher. */
  readonly seq: number;
  /** ISO 8601, UTC: when it was published. */
  readonly ts: string;
  readonly data: Data;
  /** Follows one request from HTTP through jobs to the socket. */
  readonly correlationId?: string;
}

/** How much of a channel's past is kept: both bounds hold, about. */
export interface HistoryBounds {
  readonly messages: number;
  readonly ageMs: number;
}

export interface DurableMeta {
  /** Of a message that may be sent twice: it is published once, as long as it is kept. */
  readonly id?: string;
  readonly correlationId?: string;
  readonly keep: HistoryBounds;
}

/** Where a channel stands: `seq` is of its last message, 0 when it has none yet. */
export interface ChannelPosition {
  readonly epoch: string;
  readonly seq: number;
}

export interface ChannelHistory extends ChannelPosition {
  /** What is kept of it, oldest first: their numbers need not begin with 1. */
  readonly messages: readonly SequencedMessage[];
}

/** The message is shared by all handlers, and frozen. */
export type MessageHandler = (message: JsonValue, channel: string) => void | Promise<void>;

export interface Subscription {
  /** Set: it does not stand yet. Resolves once it does; what was sent before is missed. */
  readonly late?: Promise<void>;
  unsubscribe(): Promise<void>;
}

/**
 * Messages between instances, fire and forget: who is not subscribed at the moment does not get it.
 * Messages of one publisher on one channel arrive in the order in which they were published.
 */
export abstract class PubSub {
  /**
   * @throws AppError `pubsub.unavailable` when Redis does not confirm it in time; it may have gone
   *   out then.
   */
  abstract publish(channel: string, message: JsonValue): Promise<void>;
  /**
   * Numbers the message and publishes it on a stream in one atomic step, so that arrival order is number order;
   * those of {@link subscribeStream} receive the {@link SequencedMessage}. Numbers are kept for 7 days after the last
   * message.
   * @throws AppError `pubsub.unavailable` as {@link publish}; a number may be used up then.
   */
  abstract publishSequenced(
    channel: string,
    data: JsonValue,
    meta?: { readonly correlationId?: string },
  ): Promise<SequencedMessage>;
  /**
   * {@link publishSequenced}, and keeps the message for {@link history}. An epoch lives as long as it is sure that
   * nothing of it was lost: a server that was restarted, emptied or replaced begins another. Subscribers get the
   * {@link SequencedMessage}; a notice of a new epoch has the `seq` 0 and no data.
   * @returns where the message is, also when it was published before under the same id
   * @throws AppError `pubsub.unavailable` as {@link publish}
   */
  abstract publishDurable(
    channel: string,
    data: JsonValue,
    meta: DurableMeta,
  ): Promise<ChannelPosition>;
  /**
   * What is kept of a durable channel after `afterSeq`.
   * @throws AppError `pubsub.unavailable`
   */
  abstract history(channel: string, afterSeq?: number): Promise<ChannelHistory>;
  /**
   * Begins a new epoch of a durable channel, and tells its subscribers: something could not be published.
   * @throws AppError `pubsub.unavailable`
   */
  abstract resetHistory(channel: string): Promise<void>;
  /**
   * Calls `listener` whenever messages may have been missed, once all that is subscribed stands again.
   * @returns what ends it
   */
  abstract onReconnected(listener: () => void): () => void;
  /**
   * Handlers run isolated: one that throws is logged and disturbs no other. Resolves once the
   * subscription stands; with Redis away, after a bounded wait, and the subscription is made as
   * soon as it is back.
   */
  abstract subscribe(channel: string, handler: MessageHandler): Promise<Subscription>;
  /**
   * As {@link subscribe}, to what {@link publishSequenced} and {@link publishDurable} send under this name. On a Cluster
   * the messages of a stream pass through the node that owns it, and no other (sharded pub/sub).
   */
  abstract subscribeStream(stream: string, handler: MessageHandler): Promise<Subscription>;
  /**
   * Channels of {@link publish} by pattern, `*` standing for any run of characters (none, too) and all others for
   * themselves.
   */
  abstract subscribePattern(pattern: string, handler: MessageHandler): Promise<Subscription>;
}
