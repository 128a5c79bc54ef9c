import { z, type ZodType } from 'zod';
import type { Audience, ChannelDefinition } from '../channels/channel-definition.js';
import { channelSchema, subscribeSchema } from '../live-messages.js';
import {
  closingSchema,
  followedSchema,
  messageOf,
  presentSchema,
  refusedSchema,
  snapshotOf,
  subscribedSchema,
  unfollowedSchema,
} from './message-schemas.js';

type Json = Readonly<Record<string, unknown>>;

export interface AsyncApiInfo {
  readonly title: string;
  readonly version: string;
}

/** Where requests of a socket go, and their answers come from. */
const GATEWAY = 'gateway';

/** AsyncAPI 3.0: what the server sends and takes over live connections, of the channels that are declared. */
export function asyncApiDocument(
  { title, version }: AsyncApiInfo,
  channels: readonly ChannelDefinition[],
): Json {
  const sorted = [...channels].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    asyncapi: '3.0.0',
    info: {
      title,
      version,
      description:
        'Messages on the live channels: over socket.io (namespace `/live`), and as Server-Sent Events, where the name of a ' +
        'message is that of its event. Money and quantities are decimals in text. docs/live.md tells the rules of recovery.',
    },
    defaultContentType: 'application/json',
    servers: servers(),
    channels: {
      [GATEWAY]: gatewayChannel(),
      ...Object.fromEntries(sorted.map((channel) => [channel.name, channelObject(channel)])),
    },
    operations: {
      ...gatewayOperations(),
      ...Object.fromEntries(
        sorted.map(({ name }) => [
          name,
          { action: 'send', channel: { $ref: ref('channels', name) } },
        ]),
      ),
    },
    components: {
      securitySchemes: SECURITY_SCHEMES,
      messages: { subscribed: message('subscribed', subscribedSchema) },
    },
  };
}

const SECURITY_SCHEMES = {
  session: {
    type: 'http',
    scheme: 'bearer',
    description:
      'the token of a sign-in, or an API key with the scope `read`; over socket.io as `auth.token` of the handshake',
  },
  cookie: {
    type: 'httpApiKey',
    in: 'cookie',
    name: '__Host-session',
    description: 'of a page of the same site; `session` where the server is reached without TLS',
  },
};

function servers(): Json {
  const shared = {
    host: '{host}',
    variables: { host: { default: 'localhost:3000' } },
    security: Object.keys(SECURITY_SCHEMES).map((name) => ({
      $ref: ref('components', 'securitySchemes', name),
    })),
  };
  return {
    sockets: {
      ...shared,
      protocol: 'ws',
      pathname: '/socket.io/',
      description:
        'socket.io 4, namespace `/live`, transport websocket. Without a token: public channels.',
    },
    events: {
      ...shared,
      protocol: 'http',
      pathname: '/api/live/events',
      description:
        'Server-Sent Events: `?channels=a,b` in place of `subscribe`. Without a token: public channels.',
    },
  };
}

function channelObject(channel: ChannelDefinition): Json {
  const { name, audience, parameter, schema, durable } = channel;
  // Of a transient channel: what its latest message says, null when there was none.
  const snapshot = durable?.snapshot ?? schema.nullable();
  return {
    address: parameter === undefined ? name : `${name}:{parameter}`,
    description: `${audienceOf(audience)} ${kindOf(channel)}`,
    'x-durable': durable !== undefined,
    ...(parameter && { parameters: { parameter: { description: `matches ${parameter.source}` } } }),
    messages: {
      message: message('message', messageOf(schema)),
      snapshot: message('snapshot', snapshotOf(snapshot)),
      subscribed: { $ref: ref('components', 'messages', 'subscribed') },
    },
  };
}

function audienceOf(audience: Audience): string {
  if (typeof audience === 'object') return `For those with the role ${audience.role}.`;
  switch (audience) {
    case 'user':
      return 'Each user has a stream of its own.';
    case 'signed-in':
      return 'For everybody signed in.';
    case 'public':
      return 'For everybody, also without a token.';
  }
}

function kindOf({ durable, polled }: ChannelDefinition): string {
  if (polled !== undefined)
    return `Transient: read every ${polled.everyMs} ms while somebody follows it.`;
  if (durable === undefined) return 'Transient: the latest message counts.';
  const { messages, ageMs } = durable.keep;
  return `Durable: the latest ${messages} messages are kept for ${ageMs / 60_000} min, for clients that were away.`;
}

function gatewayChannel(): Json {
  return {
    address: '/live',
    description:
      'Requests of a socket, answered by acknowledgements, and the last word of the server.',
    messages: {
      subscribe: message('subscribe', subscribeSchema),
      unsubscribe: message('unsubscribe', channelSchema),
      presence: message('presence', channelSchema),
      followed: message('followed', followedSchema),
      unfollowed: message('unfollowed', unfollowedSchema),
      present: message('present', presentSchema),
      refused: message('refused', refusedSchema),
      closing: message('closing', closingSchema),
    },
  };
}

function gatewayOperations(): Json {
  const channel = { $ref: ref('channels', GATEWAY) };
  const messages = (...names: readonly string[]) =>
    names.map((name) => ({ $ref: ref('channels', GATEWAY, 'messages', name) }));
  const request = (name: string, answer: string) => ({
    action: 'receive',
    channel,
    messages: messages(name),
    reply: { channel, messages: messages(answer, 'refused') },
  });
  return {
    subscribe: request('subscribe', 'followed'),
    unsubscribe: request('unsubscribe', 'unfollowed'),
    presence: request('presence', 'present'),
    closing: { action: 'send', channel, messages: messages('closing') },
  };
}

/** As it is sent: what a default would fill in may be missing. */
function message(name: string, schema: ZodType): Json {
  const { $schema: _, ...payload } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  return { name, payload };
}

/** A JSON pointer into the document (RFC 6901). */
function ref(...path: readonly string[]): string {
  const escaped = path.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'));
  return `#/${escaped.join('/')}`;
}
