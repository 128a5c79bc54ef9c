import { z } from 'zod';
import type { Namespace, Socket } from 'socket.io';
import type { Principal } from '../kernel/principal.js';
import type { ChannelPosition, SequencedMessage } from '../redis/index.js';
import type { Following } from './live-streams.js';

export const subscribeSchema = z.strictObject({
  channel: z.string().min(1).max(128),
  /** The place of the last message that the client has of a durable channel. */
  from: z.strictObject({ epoch: z.string().max(64), seq: z.int().min(0) }).optional(),
});
export type SubscribeRequest = z.output<typeof subscribeSchema>;
export const unsubscribeSchema = subscribeSchema.pick({ channel: true });

interface Followed {
  readonly ok: true;
  readonly channel: string;
}

/** The next message of the channel is the one after `seq`. */
export type DurablyFollowed = Followed &
  ChannelPosition &
  (
    | {
        /** The client has missed these and no others. */
        readonly recovered: true;
        readonly messages: readonly SequencedMessage[];
      }
    | {
        /** It begins, or what it missed is kept no more: this takes the place of all it has. */
        readonly recovered: false;
        readonly snapshot: unknown;
      }
  );

/** How a request of a client was answered; `code` as in problem+json. */
export type LiveAnswer =
  | Followed
  | DurablyFollowed
  | { readonly ok: false; readonly error: { readonly code: string; readonly detail: string } };

/** What happened on a durable channel can be told no more: this takes the place of all that the client has of it. */
export interface LiveSnapshot extends ChannelPosition {
  readonly channel: string;
  readonly data: unknown;
}

/** From server to client. */
export interface ServerEvents {
  message: (message: SequencedMessage) => void;
  snapshot: (snapshot: LiveSnapshot) => void;
  /** The last one before the server closes the socket. */
  closing: (reason: { readonly code: string; readonly detail: string }) => void;
}

/** From client to server. */
export interface ClientEvents {
  subscribe: (request: SubscribeRequest, answer: (answer: LiveAnswer) => void) => void;
  unsubscribe: (request: SubscribeRequest, answer: (answer: LiveAnswer) => void) => void;
}

export interface SocketData {
  principal: Principal;
  /** Whose socket it is, past the proxies that are trusted. */
  address: string;
  /** By bus channel. */
  following: Map<string, Following>;
}

type NoEvents = Record<string, never>;
export type LiveNamespace = Namespace<ClientEvents, ServerEvents, NoEvents, SocketData>;
export type LiveSocket = Socket<ClientEvents, ServerEvents, NoEvents, SocketData>;
