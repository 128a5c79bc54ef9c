import { Inject, Logger } from '@nestjs/common';
import {
  Ack,
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayInit,
} from '@nestjs/websockets';
import { Clock } from '../../kernel/clock.js';
import { SECOND_MS } from '../../kernel/duration.js';
import { LiveClients } from '../clients/live-clients.js';
import { LiveFollowing } from '../clients/live-following.js';
import { RequestBudget } from '../clients/request-budget.js';
import { MAX_UNSENT_BYTES } from '../clients/sending-rule.js';
import { channelSchema, subscribeSchema, type LiveAnswer } from '../live-messages.js';
import { closingOf, parseRequest, refusalOf } from '../live-refusals.js';
import { guardConnections } from './connection-guard.js';
import { LiveHandshake } from './live-handshake.js';
import type { LiveNamespace, LiveSocket } from './live-socket.js';
import { cut, SocketClient } from './socket-client.js';

const MAX_MESSAGE_BYTES = 64 * 1024;
/** Of a connection that says nothing. */
const HANDSHAKE_MS = 10 * SECOND_MS;

/**
 * The socket.io namespace `/live`: a client proves who it is in the handshake, subscribes to channels, and
 * gets `message` events. WebSocket only: long polling would need every request to reach the same instance.
 */
@WebSocketGateway({
  namespace: 'live',
  transports: ['websocket'],
  maxHttpBufferSize: MAX_MESSAGE_BYTES,
  connectTimeout: HANDSHAKE_MS,
  serveClient: false,
  // Other requests to upgrade are answered where the server is made, not cut off after a second.
  destroyUpgrade: false,
})
export class LiveGateway implements OnGatewayInit<LiveNamespace>, OnGatewayConnection<LiveSocket> {
  readonly #logger = new Logger(LiveGateway.name);

  constructor(
    private readonly handshake: LiveHandshake,
    private readonly clients: LiveClients,
    private readonly following: LiveFollowing,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  afterInit(namespace: LiveNamespace): void {
    guardConnections(namespace.server.engine, () => this.clock.nowMs(), 2 * MAX_UNSENT_BYTES);
    // socket.io opens the root namespace to everybody; there is nothing in it, and nobody is let in.
    namespace.server.of('/').use((_socket, next) => next(new Error('live.no_such_namespace')));
    namespace.use((socket, next) => {
      this.handshake.authenticate(socket.handshake).then(
        (principal) => {
          const address = this.handshake.addressOf(socket.handshake);
          socket.data.client = new SocketClient(socket, principal, address);
          next();
        },
        (error: unknown) => {
          const { code, detail } = this.#refuse(error);
          // socket.io hands `data` to the client's `connect_error`.
          next(Object.assign(new Error(code), { data: { code, detail } }));
          // A client may keep the connection and ask again and again: who is blocked may not.
          if (code === 'client.blocked') cut(socket);
        },
      );
    });
  }

  handleConnection(socket: LiveSocket): void {
    const { client } = socket.data;
    try {
      this.clients.admit(client);
    } catch (error) {
      client.close(closingOf(error, this.#logger));
      return;
    }
    const budget = new RequestBudget(this.clock.nowMs());
    // Before anything is parsed or looked for, known or not.
    socket.use((packet, next) => {
      const verdict = budget.take(this.clock.nowMs());
      if (verdict === 'grant') next();
      else if (verdict === 'end') client.close(TOO_FAST);
      else answerOf(packet)?.({ ok: false, error: TOO_FAST });
    });
  }

  @SubscribeMessage('subscribe')
  async subscribe(
    @ConnectedSocket() socket: LiveSocket,
    @MessageBody() body: unknown,
    @Ack() acknowledge: ((answer: LiveAnswer) => void) | undefined,
  ): Promise<void> {
    const answer = acknowledge ?? (() => undefined);
    try {
      const request = parseRequest(subscribeSchema, body);
      await this.following.subscribe(socket.data.client, request, answer);
    } catch (error) {
      answer({ ok: false, error: this.#refuse(error) });
    }
  }

  @SubscribeMessage('unsubscribe')
  async unsubscribe(
    @ConnectedSocket() socket: LiveSocket,
    @MessageBody() body: unknown,
  ): Promise<LiveAnswer> {
    try {
      const { channel } = parseRequest(channelSchema, body);
      return { ok: true, channel: await this.following.unsubscribe(socket.data.client, channel) };
    } catch (error) {
      return { ok: false, error: this.#refuse(error) };
    }
  }

  @SubscribeMessage('presence')
  async presence(
    @ConnectedSocket() socket: LiveSocket,
    @MessageBody() body: unknown,
  ): Promise<LiveAnswer> {
    try {
      const { channel } = parseRequest(channelSchema, body);
      return await this.following.countFollowers(socket.data.client, channel);
    } catch (error) {
      return { ok: false, error: this.#refuse(error) };
    }
  }

  #refuse(error: unknown) {
    return refusalOf(error, this.#logger);
  }
}

const TOO_FAST = {
  code: 'live.too_many_requests',
  detail: 'You ask too often: up to 200 requests at once, and 20 a second.',
};

/** Where the client waits for an answer to it. */
function answerOf(packet: readonly unknown[]): ((answer: LiveAnswer) => void) | undefined {
  const last = packet.at(-1);
  return typeof last === 'function' ? (last as (answer: LiveAnswer) => void) : undefined;
}
