import { Logger, type OnApplicationBootstrap } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  type OnGatewayConnection,
  type OnGatewayInit,
} from '@nestjs/websockets';
import { AppError } from '../kernel/app-error.js';
import { newId } from '../kernel/ids.js';
import { toProblemDetails } from '../http/index.js';
import { ChannelRegistry, type ResolvedChannel } from './channel-registry.js';
import { LiveConnections } from './live-connections.js';
import { LiveHandshake } from './live-handshake.js';
import {
  subscribeSchema,
  type LiveAnswer,
  type LiveNamespace,
  type LiveSocket,
} from './live-messages.js';
import { LiveStreams } from './live-streams.js';
import { SocketBlocks } from './socket-blocks.js';
import { SocketSessions } from './socket-sessions.js';

const MAX_CHANNELS_PER_SOCKET = 100;
const MAX_MESSAGE_BYTES = 64 * 1024;

/**
 * The socket.io namespace `/live`: a client proves who it is in the handshake, subscribes to channels, and
 * gets `message` events. WebSocket only: long polling would need every request to reach the same instance.
 */
@WebSocketGateway({
  namespace: 'live',
  transports: ['websocket'],
  maxHttpBufferSize: MAX_MESSAGE_BYTES,
  serveClient: false,
  // Other requests to upgrade are answered where the server is made, not cut off after a second.
  destroyUpgrade: false,
})
export class LiveGateway
  implements OnGatewayInit<LiveNamespace>, OnGatewayConnection<LiveSocket>, OnApplicationBootstrap
{
  readonly #logger = new Logger(LiveGateway.name);
  @WebSocketServer() private readonly namespace!: LiveNamespace;

  constructor(
    private readonly handshake: LiveHandshake,
    private readonly channels: ChannelRegistry,
    private readonly streams: LiveStreams,
    private readonly sessions: SocketSessions,
    private readonly blocks: SocketBlocks,
    private readonly connections: LiveConnections,
  ) {}

  afterInit(namespace: LiveNamespace): void {
    this.connections.countBy(() => namespace.sockets.size);
    // socket.io opens the root namespace to everybody; there is nothing in it, and nobody is let in.
    namespace.server.of('/').use((_socket, next) => next(new Error('live.no_such_namespace')));
    namespace.use((socket, next) => {
      this.handshake.authenticate(socket.handshake).then(
        (principal) => {
          socket.data.principal = principal;
          socket.data.address = this.handshake.addressOf(socket.handshake);
          socket.data.following = new Map();
          next();
        },
        (error: unknown) => {
          const { code, detail } = this.#explain(error);
          // socket.io hands `data` to the client's `connect_error`.
          next(Object.assign(new Error(code), { data: { code, detail } }));
          // A client may keep the connection and ask again and again: who is blocked may not.
          if (code === 'client.blocked') this.blocks.cut(socket);
        },
      );
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.connections.onCloseUser((userId) => this.sessions.closeUser(userId));
  }

  handleConnection(socket: LiveSocket): void {
    socket.on('disconnect', () => {
      for (const following of socket.data.following.values()) following.release();
    });
    this.sessions.watch(socket);
    this.blocks.watch(socket);
  }

  @SubscribeMessage('subscribe')
  async subscribe(
    @ConnectedSocket() socket: LiveSocket,
    @MessageBody() body: unknown,
  ): Promise<LiveAnswer> {
    try {
      const channel = this.channels.resolve(parse(body).channel, socket.data.principal);
      await this.#follow(socket, channel);
      return { ok: true, channel: channel.client };
    } catch (error) {
      return { ok: false, error: this.#explain(error) };
    }
  }

  @SubscribeMessage('unsubscribe')
  async unsubscribe(
    @ConnectedSocket() socket: LiveSocket,
    @MessageBody() body: unknown,
  ): Promise<LiveAnswer> {
    try {
      const channel = this.channels.resolve(parse(body).channel, socket.data.principal);
      const { following } = socket.data;
      // Before anything that waits: a client that subscribes again at once must find nothing of this left.
      const share = following.get(channel.bus);
      following.delete(channel.bus);
      share?.release();
      await socket.leave(channel.bus);
      return { ok: true, channel: channel.client };
    } catch (error) {
      return { ok: false, error: this.#explain(error) };
    }
  }

  async #follow(socket: LiveSocket, channel: ResolvedChannel): Promise<void> {
    const { following } = socket.data;
    if (following.has(channel.bus)) return following.get(channel.bus)?.ready;
    if (following.size >= MAX_CHANNELS_PER_SOCKET) {
      throw new AppError(
        'too_many_requests',
        'live.too_many_channels',
        `A socket follows up to ${MAX_CHANNELS_PER_SOCKET} channels.`,
      );
    }
    const share = this.streams.follow(channel, (message) => {
      this.namespace.to(channel.bus).emit('message', message);
    });
    following.set(channel.bus, share);
    try {
      await share.ready;
    } catch (error) {
      share.release();
      following.delete(channel.bus);
      throw error;
    }
    // A socket that left meanwhile must not enter a room: nothing would ever take it out again.
    if (socket.connected && following.has(channel.bus)) await socket.join(channel.bus);
  }

  #explain(error: unknown): { code: string; detail: string } {
    const correlationId = newId();
    const { code, detail, status } = toProblemDetails(error, correlationId);
    if (status >= 500)
      this.#logger.error({ message: 'live request failed', err: error, code, correlationId });
    return { code, detail };
  }
}

function parse(body: unknown): { channel: string } {
  const parsed = subscribeSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new AppError('invalid', 'request.invalid', 'Send {"channel": "…"}.');
}
