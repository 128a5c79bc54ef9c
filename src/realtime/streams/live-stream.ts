import type { ChannelPosition, SequencedMessage } from '../../redis/index.js';

/**
 * What a follower begins with; the messages after `position` follow. Of what it missed it may be the first part: the next
 * one begins from `position`.
 */
export type Beginning = { readonly position: ChannelPosition } & (
  | { readonly recovered: true; readonly messages: readonly SequencedMessage[] }
  | { readonly recovered: false; readonly snapshot: unknown }
);

/** Before anything is known of a channel: no message has this place. */
export const NOWHERE: ChannelPosition = { epoch: '', seq: 0 };

/** A channel in this process: one subscription to the bus for all who follow it here. */
export interface LiveStream {
  /** Resolves once messages arrive; of a durable channel, once it is up to date. */
  ready(): Promise<void>;
  /**
   * What a client that has everything up to `from` begins with.
   * @throws what the channel's snapshot fails with
   */
  begin(from: ChannelPosition | undefined): Promise<Beginning>;
  /** What came after a follower's beginning; undefined: it has to begin again. */
  after(position: ChannelPosition): readonly SequencedMessage[] | undefined;
  close(): Promise<void>;
}

/** Everybody in this process who follows the channel, and is up to date with it. */
export interface Followers {
  message(message: SequencedMessage): void;
  /** Takes the place of all that was sent before. */
  snapshot(at: ChannelPosition, data: unknown): void;
}
