import { z } from 'zod';
import type { Namespace, Socket } from 'socket.io';
import type { Principal } from '../kernel/principal.js';
import type { SequencedMessage } from '../redis/index.js';
import type { Following } from './live-streams.js';

export const subscribeSchema = z.strictObject({ channel: z.string().min(1).max(128) });
export type SubscribeRequest = z.output<typeof subscribeSchema>;

/** How a request of a client was answered; `code` as in problem+json. */
export type LiveAnswer =
  | { readonly ok: true; readonly channel: string }
  | { readonly ok: false; readonly error: { readonly code: string; readonly detail: string } };

/** From server to client. */
export interface ServerEvents {
  message: (message: SequencedMessage) => void;
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
