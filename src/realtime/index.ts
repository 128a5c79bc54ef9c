export { asyncApiDocument } from './asyncapi/asyncapi-document.js';
export { ChannelRegistry } from './channels/channel-registry.js';
export {
  defineChannel,
  defineDurableChannel,
  type ChannelDefinition,
} from './channels/channel-definition.js';
export { LiveConnections } from './clients/live-connections.js';
export { LivePublisher } from './publishing/live-publisher.js';
export { LiveStreams } from './streams/live-streams.js';
export { RealtimeGatewayModule, RealtimeModule } from './realtime.module.js';
export { LiveAdapter } from './sockets/live-adapter.js';
