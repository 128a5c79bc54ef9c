import type { z, ZodType } from 'zod';
import type { UserRole } from '../../kernel/principal.js';
import type { HistoryBounds } from '../../redis/index.js';

/**
 * Who gets the messages of a channel.
 * `user`: each user has a stream of its own under one name; `signed-in`: one stream for all who say who they are;
 * `public`: and for those who do not; `role`: one stream for those who hold the role.
 */
export type Audience = 'user' | 'signed-in' | 'public' | { readonly role: UserRole };

/** Each instance reads a channel's snapshot while somebody follows it there, and tells what has changed. */
export interface Polling {
  readonly everyMs: number;
  /** Fields of the snapshot, however deep, that are no news by themselves: as of when it is. */
  readonly noNews?: readonly string[];
}

/** A stream of the live gateway. Clients name it `trading.fills`, or `market.quote:AAPL` with a parameter. */
export interface ChannelDefinition<
  Schema extends ZodType = ZodType,
  Snapshot extends ZodType = ZodType,
> {
  readonly name: string;
  readonly audience: Audience;
  /** Set: the channel is a family, one stream per parameter, which must match. */
  readonly parameter?: RegExp;
  /** Shape of `data`. */
  readonly schema: Schema;
  /** Set: nobody publishes on it. */
  readonly polled?: Polling;
  /**
   * Set: the channel is durable. Its messages are kept so long, and a client that was away gets what it missed. Without
   * it the channel is transient: the latest message counts, and those of before are worth nothing.
   */
  readonly durable?: {
    readonly keep: HistoryBounds;
    /** Shape of what a client begins with, or goes on with where messages of its time away are kept no more. */
    readonly snapshot: Snapshot;
  };
}

/** A durable one. */
export type DurableChannel<
  Schema extends ZodType = ZodType,
  Snapshot extends ZodType = ZodType,
> = ChannelDefinition<Schema, Snapshot> &
  Required<Pick<ChannelDefinition<Schema, Snapshot>, 'durable'>>;

export type ChannelData<Channel extends ChannelDefinition> = z.input<Channel['schema']>;

/**
 * What a client begins with. Of a durable channel: what its messages change, told by the database. Of a transient one:
 * what its latest message would say, null when nobody knows.
 */
export type SnapshotOf<Channel extends ChannelDefinition> = (
  key: StreamKey,
) => Promise<
  Channel extends DurableChannel
    ? z.input<Channel['durable']['snapshot']>
    : ChannelData<Channel> | null
>;

export function defineChannel<const Schema extends ZodType>(
  definition: Omit<ChannelDefinition<Schema>, 'durable'>,
): ChannelDefinition<Schema> {
  return Object.freeze({ ...definition });
}

export function defineDurableChannel<const Schema extends ZodType, const Snapshot extends ZodType>(
  definition: DurableChannel<Schema, Snapshot>,
): DurableChannel<Schema, Snapshot> {
  return Object.freeze({ ...definition });
}

/** Whose stream of the channel is meant. */
export interface StreamKey {
  readonly userId?: string;
  readonly parameter?: string;
}

/** What clients call the stream: the same for every user. */
export function clientChannel(channel: ChannelDefinition, parameter?: string): string {
  return parameter === undefined ? channel.name : `${channel.name}:${parameter}`;
}

/** What instances call the stream among themselves: one name per user. */
export function busChannel(channel: ChannelDefinition, key: StreamKey): string {
  const stream = clientChannel(channel, key.parameter);
  return channel.audience === 'user' ? `live:${stream}:${key.userId}` : `live:${stream}`;
}
