export type { Backoff } from './backoff.js';
export type { Handlers } from './channel-inbox.js';
export type { ChannelName, LiveChannels, MessageOn, SnapshotOn } from './channels.js';
export {
  LiveClient,
  type Follow,
  type FollowHandlers,
  type LiveClientOptions,
  type LiveStatus,
} from './live-client.js';
export type { LiveMessage, LiveSnapshot, Position, Refusal } from './protocol.js';
