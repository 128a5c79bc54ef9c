import type { z, ZodType } from 'zod';
import type { UserRole } from '../kernel/principal.js';

/**
 * Who gets the messages of a channel.
 * `user`: each user has a stream of its own under one name; `signed-in`: one stream for all who ask;
 * `role`: one stream for those who hold the role.
 */
export type Audience = 'user' | 'signed-in' | { readonly role: UserRole };

/** A stream of the live gateway. Clients name it `trading.fills`, or `market.quote:AAPL` with a parameter. */
export interface ChannelDefinition<Schema extends ZodType = ZodType> {
  readonly name: string;
  readonly audience: Audience;
  /** Set: the channel is a family, one stream per parameter, which must match. */
  readonly parameter?: RegExp;
  /** Shape of `data`. */
  readonly schema: Schema;
}

export type ChannelData<Channel extends ChannelDefinition> = z.input<Channel['schema']>;

export function defineChannel<const Schema extends ZodType>(
  definition: ChannelDefinition<Schema>,
): ChannelDefinition<Schema> {
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
