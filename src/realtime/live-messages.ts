import { z } from 'zod';
import type { ChannelPosition, SequencedMessage } from '../redis/index.js';

export const subscribeSchema = z.strictObject({
  channel: z.string().min(1).max(128),
  /** The place of the last message that the client has of a durable channel. */
  from: z.strictObject({ epoch: z.string().max(64), seq: z.int().min(0) }).optional(),
});
export type SubscribeRequest = z.output<typeof subscribeSchema>;
/** Of `unsubscribe` and `presence`. */
export const channelSchema = subscribeSchema.pick({ channel: true });
export type ChannelRequest = z.output<typeof channelSchema>;

/** The next message of the channel is the one after `seq`. */
export type Followed = {
  readonly ok: true;
  readonly channel: string;
} & ChannelPosition &
  (
    | {
        /** The client has missed these; up to 64 KB of them, and the others follow by themselves. */
        readonly recovered: true;
        readonly messages: readonly SequencedMessage[];
      }
    | {
        /** It begins, or what it missed is kept no more: this takes the place of all it has. */
        readonly recovered: false;
        readonly snapshot: unknown;
      }
  );

/** Why something is refused; `code` as in problem+json. */
export interface Refusal {
  readonly code: string;
  readonly detail: string;
}

/** Why the server closes the connection. */
export interface Closing extends Refusal {
  /** Set: come back, after so long. Each client is told another time, so that not all come at once. */
  readonly retryAfterMs?: number;
}

/** Clients that follow the channel, on all instances. */
export interface Present {
  readonly ok: true;
  readonly channel: string;
  readonly count: number;
}

/** How a request of a client was answered. */
export type LiveAnswer =
  | Followed
  | Present
  | { readonly ok: true; readonly channel: string }
  | { readonly ok: false; readonly error: Refusal };

/** What is true now: this takes the place of all that the client has of the channel. */
export interface LiveSnapshot extends ChannelPosition {
  readonly channel: string;
  readonly data: unknown;
}
