import { Global, Module } from '@nestjs/common';
import { HttpModule } from '../http/index.js';
import { ChannelRegistry } from './channels/channel-registry.js';
import { BlockedClients } from './clients/blocked-clients.js';
import { ClientSessions } from './clients/client-sessions.js';
import { LiveClients } from './clients/live-clients.js';
import { LiveConnections } from './clients/live-connections.js';
import { LiveFollowing } from './clients/live-following.js';
import { LivePresence } from './clients/live-presence.js';
import { EventStreams } from './events/event-streams.js';
import { EventsController } from './events/events.controller.js';
import { LivePublisher } from './publishing/live-publisher.js';
import { LiveResets } from './publishing/live-resets.js';
import { LiveGateway } from './sockets/live.gateway.js';
import { LiveHandshake } from './sockets/live-handshake.js';
import { LiveStreams } from './streams/live-streams.js';

/** What modules need to reach clients, in every role. */
@Global()
@Module({
  providers: [ChannelRegistry, LivePublisher, LiveResets, LiveConnections],
  exports: [ChannelRegistry, LivePublisher, LiveConnections],
})
export class RealtimeModule {}

/** The connections themselves, in processes that listen. */
@Module({
  imports: [HttpModule],
  controllers: [EventsController],
  providers: [
    LiveGateway,
    LiveHandshake,
    LiveClients,
    LiveFollowing,
    LivePresence,
    LiveStreams,
    ClientSessions,
    BlockedClients,
    EventStreams,
  ],
  exports: [LiveStreams],
})
export class RealtimeGatewayModule {}
