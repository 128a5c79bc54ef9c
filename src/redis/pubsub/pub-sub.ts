import type { JsonValue } from '../../kernel/json.js';

/** A message with its place in its channel's order. `epoch` changes when the numbering starts anew (Redis was emptied). */
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

export type MessageHandler = (message: JsonValue, channel: string) => void | Promise<void>;

export interface Subscription {
  unsubscribe(): Promise<void>;
}

/** Messages between instances, fire and forget: who is not subscribed at the moment does not get it. */
export abstract class PubSub {
  abstract publish(channel: string, message: JsonValue): Promise<void>;
  /** Numbers the message and publishes it in one atomic step, so that arrival order is number order. */
  abstract publishSequenced(
    channel: string,
    data: JsonValue,
    meta?: { readonly correlationId?: string },
  ): Promise<SequencedMessage>;
  /** Handlers run isolated: one that throws is logged and disturbs no other. Resolves once the subscription stands. */
  abstract subscribe(channel: string, handler: MessageHandler): Promise<Subscription>;
  /** Channels by pattern, `*` standing for any run of characters. */
  abstract subscribePattern(pattern: string, handler: MessageHandler): Promise<Subscription>;
}
