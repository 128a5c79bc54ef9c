import { Global, Module } from '@nestjs/common';
import { HttpModule } from '../http/index.js';
import { ChannelRegistry } from './channel-registry.js';
import { LiveConnections } from './live-connections.js';
import { LiveHandshake } from './live-handshake.js';
import { LivePublisher } from './live-publisher.js';
import { LiveResets } from './live-resets.js';
import { LiveStreams } from './live-streams.js';
import { LiveGateway } from './live.gateway.js';
import { SocketBlocks } from './socket-blocks.js';
import { SocketSessions } from './socket-sessions.js';

/** What modules need to reach clients, in every role. */
@Global()
@Module({
  providers: [ChannelRegistry, LivePublisher, LiveResets, LiveConnections],
  exports: [ChannelRegistry, LivePublisher, LiveConnections],
})
export class RealtimeModule {}

/** The sockets themselves, in processes that listen. */
@Module({
  imports: [HttpModule],
  providers: [LiveGateway, LiveHandshake, LiveStreams, SocketSessions, SocketBlocks],
  exports: [LiveStreams],
})
export class RealtimeGatewayModule {}
