import type { Namespace, Socket } from 'socket.io';
import type { SequencedMessage } from '../../redis/index.js';
import type { LiveClient } from '../clients/live-client.js';
import type {
  ChannelRequest,
  Closing,
  LiveAnswer,
  LiveSnapshot,
  SubscribeRequest,
} from '../live-messages.js';

/** From server to client. */
interface ServerEvents {
  message: (message: SequencedMessage) => void;
  snapshot: (snapshot: LiveSnapshot) => void;
  /** The last one before the server closes the socket. */
  closing: (reason: Closing) => void;
}

/** From client to server. */
interface ClientEvents {
  subscribe: (request: SubscribeRequest, answer: (answer: LiveAnswer) => void) => void;
  unsubscribe: (request: ChannelRequest, answer: (answer: LiveAnswer) => void) => void;
  presence: (request: ChannelRequest, answer: (answer: LiveAnswer) => void) => void;
}

interface SocketData {
  client: LiveClient;
}

type NoEvents = Record<string, never>;
export type LiveNamespace = Namespace<ClientEvents, ServerEvents, NoEvents, SocketData>;
export type LiveSocket = Socket<ClientEvents, ServerEvents, NoEvents, SocketData>;
