import { Logger, type OnApplicationBootstrap } from '@nestjs/common';
import {
  Ack,
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  type OnGatewayConnection,
  type OnGatewayInit,
} from '@nestjs/websockets';
import type { ZodType } from 'zod';
import { AppError } from '../kernel/app-error.js';
import { settlesWithin } from '../kernel/deadline.js';
import { newId } from '../kernel/ids.js';
import { toProblemDetails } from '../http/index.js';
import type { SequencedMessage } from '../redis/index.js';
import { ChannelRegistry, type ResolvedChannel } from './channel-registry.js';
import { LiveConnections } from './live-connections.js';
import { LiveHandshake } from './live-handshake.js';
import type { DurableChannel, Room } from './durable-channel.js';
import {
  subscribeSchema,
  unsubscribeSchema,
  type LiveAnswer,
  type LiveNamespace,
  type LiveSocket,
  type SubscribeRequest,
} from './live-messages.js';
import { LiveStreams, type Following } from './live-streams.js';
import { SocketBlocks } from './socket-blocks.js';
import { SocketSessions } from './socket-sessions.js';

const MAX_CHANNELS_PER_SOCKET = 100;
const MAX_MESSAGE_BYTES = 64 * 1024;
/** What a client waits for a channel that Redis does not answer for; then it begins with what the database says. */
const READY_MS = 1_000;
/** A channel that breaks again and again while a client begins with it; more would be a server that is not well. */
const MAX_BEGINNINGS = 5;

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
    @Ack() acknowledge: ((answer: LiveAnswer) => void) | undefined,
  ): Promise<void> {
    const answer = acknowledge ?? (() => undefined);
    try {
      const request = parse(subscribeSchema, body);
      const channel = this.channels.resolve(request.channel, socket.data.principal);
      await this.#follow(socket, channel, request, answer);
    } catch (error) {
      answer({ ok: false, error: this.#explain(error) });
    }
  }

  @SubscribeMessage('unsubscribe')
  async unsubscribe(
    @ConnectedSocket() socket: LiveSocket,
    @MessageBody() body: unknown,
  ): Promise<LiveAnswer> {
    try {
      const channel = this.channels.resolve(
        parse(unsubscribeSchema, body).channel,
        socket.data.principal,
      );
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

  async #follow(
    socket: LiveSocket,
    channel: ResolvedChannel,
    request: SubscribeRequest,
    answer: (answer: LiveAnswer) => void,
  ): Promise<void> {
    const { following } = socket.data;
    const share = following.get(channel.bus) ?? this.#share(socket, channel);
    try {
      await (share.durable ? settlesWithin(share.ready, READY_MS) : share.ready);
      if (share.durable) await this.#begin(socket, channel, share.durable, request, answer);
      else {
        this.#enter(socket, channel, share);
        answer({ ok: true, channel: channel.client });
      }
    } catch (error) {
      if (following.get(channel.bus) === share) following.delete(channel.bus);
      share.release();
      throw error;
    }
  }

  #share(socket: LiveSocket, channel: ResolvedChannel): Following {
    const { following } = socket.data;
    if (following.size >= MAX_CHANNELS_PER_SOCKET) {
      throw new AppError(
        'too_many_requests',
        'live.too_many_channels',
        `A socket follows up to ${MAX_CHANNELS_PER_SOCKET} channels.`,
      );
    }
    const share = this.streams.follow(channel, this.#room(channel));
    following.set(channel.bus, share);
    return share;
  }

  /** What instances call the stream is not the client's business: it may hold a user's id. */
  #room({ bus, client }: ResolvedChannel): Room {
    return {
      message: (message) =>
        void this.namespace.to(bus).emit('message', { ...message, channel: client }),
      snapshot: (at, data) =>
        void this.namespace.to(bus).emit('snapshot', { channel: client, ...at, data }),
    };
  }

  /** Answer, what came meanwhile, and entry are one step: nothing is published between them. */
  async #begin(
    socket: LiveSocket,
    channel: ResolvedChannel,
    durable: DurableChannel,
    { from }: SubscribeRequest,
    answer: (answer: LiveAnswer) => void,
  ): Promise<void> {
    for (let beginnings = 0; beginnings < MAX_BEGINNINGS; beginnings += 1) {
      const { position, ...what } = await durable.begin(from);
      const after = durable.after(position);
      if (after === undefined) continue;
      const toClient = (message: SequencedMessage) => ({ ...message, channel: channel.client });
      const told = what.recovered ? { ...what, messages: what.messages.map(toClient) } : what;
      answer({ ok: true, channel: channel.client, ...position, ...told });
      for (const message of after) socket.emit('message', toClient(message));
      const share = socket.data.following.get(channel.bus);
      if (share?.durable === durable) this.#enter(socket, channel, share);
      return;
    }
    throw new AppError('unavailable', 'live.unavailable', 'The channel cannot be followed now.');
  }

  /** A socket that left meanwhile must not enter a room: nothing would ever take it out again. */
  #enter(socket: LiveSocket, channel: ResolvedChannel, share: Following): void {
    const isStillHere = socket.connected && socket.data.following.get(channel.bus) === share;
    if (isStillHere) void socket.join(channel.bus);
  }

  #explain(error: unknown): { code: string; detail: string } {
    const correlationId = newId();
    const { code, detail, status } = toProblemDetails(error, correlationId);
    if (status >= 500)
      this.#logger.error({ message: 'live request failed', err: error, code, correlationId });
    return { code, detail };
  }
}

function parse<Request>(schema: ZodType<Request>, body: unknown): Request {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new AppError('invalid', 'request.invalid', 'Send {"channel": "…"}.');
}
