import { z } from 'zod';
import { asyncApiFaults, danglingReferences } from '../../../test/support/asyncapi.js';
import { defineChannel, defineDurableChannel } from '../channels/channel-definition.js';
import { asyncApiDocument } from './asyncapi-document.js';

const price = z.object({ symbol: z.string(), last: z.string() });
const CHANNELS = [
  defineDurableChannel({
    name: 'shop.orders',
    audience: 'user',
    schema: z.object({ id: z.uuid(), note: z.string().default('') }),
    durable: { keep: { messages: 50, ageMs: 60_000 }, snapshot: z.object({ open: z.int() }) },
  }),
  defineChannel({ name: 'shop.price', audience: 'public', parameter: /^[A-Z]+$/, schema: price }),
  defineChannel({ name: 'shop.alarms', audience: { role: 'admin' }, schema: price }),
  defineChannel({ name: 'shop.hours', audience: 'signed-in', schema: price }),
];

describe('the AsyncAPI document', () => {
  // As it is served.
  const document = JSON.parse(
    JSON.stringify(asyncApiDocument({ title: 'A shop', version: '1' }, CHANNELS)),
  );
  const payload = (channel: string, message: string) =>
    document.channels[channel].messages[message].payload;

  it('is one of version 3.0, by its official schema', () => {
    expect(asyncApiFaults(document)).toEqual([]);
    expect(danglingReferences(document)).toEqual([]);
    // And what is none would be told.
    expect(asyncApiFaults({ ...document, operations: { x: { action: 'shout' } } })).not.toEqual([]);
  });

  it('has every channel, with what it sends and what it begins with', () => {
    expect(Object.keys(document.channels).sort()).toEqual(
      ['gateway', ...CHANNELS.map(({ name }) => name)].sort(),
    );
    expect(payload('shop.orders', 'message').properties.data.properties.id).toMatchObject({
      type: 'string',
      format: 'uuid',
    });
    expect(payload('shop.orders', 'snapshot').properties.data.properties).toHaveProperty('open');
    for (const { name } of CHANNELS) {
      expect(document.operations[name]).toEqual({
        action: 'send',
        channel: { $ref: `#/channels/${name}` },
      });
    }
  });

  it('tells that a transient channel may begin with nothing', () => {
    expect(payload('shop.price', 'snapshot').properties.data.anyOf).toContainEqual({
      type: 'null',
    });
  });

  it('asks for what is sent, and not for what a reader would fill in', () => {
    expect(payload('shop.orders', 'message').properties.data.required).toEqual(['id']);
  });

  it('names the member of a family by its parameter', () => {
    expect(document.channels['shop.price']).toMatchObject({
      address: 'shop.price:{parameter}',
      parameters: { parameter: { description: 'matches ^[A-Z]+$' } },
    });
  });

  it('says who may follow, and how long messages are kept', () => {
    const about = (name: string) => document.channels[name].description;
    expect(about('shop.orders')).toBe(
      'Each user has a stream of its own. Durable: the latest 50 messages are kept for 1 min, for clients that were away.',
    );
    expect(about('shop.price')).toContain('also without a token');
    expect(about('shop.alarms')).toContain('role admin');
    expect(about('shop.hours')).toContain('everybody signed in');
  });

  it('has the event by which a stream of Server-Sent Events begins with a channel', () => {
    const { subscribed } = document.components.messages;
    expect(subscribed.payload.required).toEqual(['channel', 'epoch', 'seq', 'recovered']);
    for (const { name } of CHANNELS) {
      expect(document.channels[name].messages.subscribed).toEqual({
        $ref: '#/components/messages/subscribed',
      });
    }
  });

  it('has the requests of a socket, with their answers', () => {
    const { subscribe, unsubscribe, closing } = document.operations;
    expect([subscribe.action, unsubscribe.action, closing.action]).toEqual([
      'receive',
      'receive',
      'send',
    ]);
    expect(subscribe.reply.messages).toEqual([
      { $ref: '#/channels/gateway/messages/followed' },
      { $ref: '#/channels/gateway/messages/refused' },
    ]);
    expect(payload('gateway', 'subscribe').properties.from.properties).toHaveProperty('epoch');
  });
});
