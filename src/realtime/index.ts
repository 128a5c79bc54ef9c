export { ChannelRegistry } from './channel-registry.js';
export {
  defineChannel,
  defineDurableChannel,
  type ChannelDefinition,
} from './channel-definition.js';
export { LiveConnections } from './live-connections.js';
export { LivePublisher } from './live-publisher.js';
export { LiveStreams } from './live-streams.js';
export { RealtimeGatewayModule, RealtimeModule } from './realtime.module.js';
