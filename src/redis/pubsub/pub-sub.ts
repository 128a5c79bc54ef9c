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

/** The message is shared by all handlers, and frozen. */
export type MessageHandler = (message: JsonValue, channel: string) => void | Promise<void>;

export interface Subscription {
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
   * Numbers the message and publishes it in one atomic step, so that arrival order is number order;
   * subscribers receive the {@link SequencedMessage}. Numbers are kept for 7 days after the last
   * message.
   * @throws AppError `pubsub.unavailable` as {@link publish}; a number may be used up then.
   */
  abstract publishSequenced(
    channel: string,
    data: JsonValue,
    meta?: { readonly correlationId?: string },
  ): Promise<SequencedMessage>;
  /**
   * Handlers run isolated: one that throws is logged and disturbs no other. Resolves once the
   * subscription stands; with Redis away, after a bounded wait, and the subscription is made as
   * soon as it is back.
   */
  abstract subscribe(channel: string, handler: MessageHandler): Promise<Subscription>;
  /**
   * Channels by pattern, `*` standing for any run of characters (none, too) and all others for
   * themselves.
   */
  abstract subscribePattern(pattern: string, handler: MessageHandler): Promise<Subscription>;
}
