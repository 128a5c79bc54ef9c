import { z } from 'zod';
import { Correlation } from '../../kernel/correlation.js';
import type { OwedLiveResets } from '../../kernel/owed-live-resets.js';
import type { PubSub } from '../../redis/index.js';
import { defineChannel, defineDurableChannel } from '../channels/channel-definition.js';
import { LivePublisher } from './live-publisher.js';
import { LiveResets } from './live-resets.js';

const schema = z.object({ id: z.string(), note: z.string().default('none') });
const latest = defineChannel({ name: 'shop.price', audience: 'public', schema });
const every = defineDurableChannel({
  name: 'shop.orders',
  audience: 'public',
  schema,
  durable: { keep: { messages: 5, ageMs: 60_000 }, snapshot: z.null() },
});
const nothingOwed = {} as OwedLiveResets;

describe.each([latest, every])('what is published on $name', (channel) => {
  const heard: unknown[] = [];
  const pubSub = {
    publishSequenced: async (...[bus, data]: Parameters<PubSub['publishSequenced']>) => {
      heard.push(data);
      return { channel: bus, epoch: 'e', seq: 1, ts: '', data };
    },
    publishDurable: async (...[, data]: Parameters<PubSub['publishDurable']>) => {
      heard.push(data);
      return { epoch: 'e', seq: 1 };
    },
  } satisfies Partial<PubSub> as unknown as PubSub;
  const live = new LivePublisher(pubSub, new Correlation(), new LiveResets(pubSub, nothingOwed));

  it('is what its schema names, and nothing that stands beside it', async () => {
    const row = { id: '7', passwordHash: 'secret' };
    await live.publish(channel, {}, row);
    expect(heard).toEqual([{ id: '7', note: 'none' }]);
  });

  it('has its shape, or is refused', async () => {
    const wrong = { id: 7 } as unknown as { id: string };
    await expect(live.publish(channel, {}, wrong)).rejects.toMatchObject({
      kind: 'internal',
      code: 'live.invalid_message',
    });
  });
});
