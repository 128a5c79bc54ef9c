import { z } from 'zod';
import { systemClock } from '../../kernel/clock.js';
import { Correlation } from '../../kernel/correlation.js';
import type { OwedLiveResets } from '../../kernel/owed-live-resets.js';
import { MemoryPubSub } from '../../redis/pubsub/memory.pub-sub.js';
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
  const pubSub = new MemoryPubSub(systemClock);
  const live = new LivePublisher(pubSub, new Correlation(), new LiveResets(pubSub, nothingOwed));

  it('is what its schema names, and nothing that stands beside it', async () => {
    const heard: unknown[] = [];
    await pubSub.subscribeStream(`live:${channel.name}`, (message) => void heard.push(message));
    const row = { id: '7', passwordHash: 'secret' };
    await live.publish(channel, {}, row);
    await Promise.resolve();
    expect(heard).toMatchObject([{ data: { id: '7', note: 'none' } }]);
    expect(JSON.stringify(heard)).not.toContain('secret');
  });

  it('has its shape, or is refused', async () => {
    const wrong = { id: 7 } as unknown as { id: string };
    await expect(live.publish(channel, {}, wrong)).rejects.toMatchObject({
      kind: 'internal',
      code: 'live.invalid_message',
    });
  });
});
