import { z } from 'zod';
import type { JsonValue } from '../../src/kernel/json.js';
import { Bus } from '../../src/redis/pubsub/bus.js';
import type { PubSub, SequencedMessage } from '../../src/redis/pubsub/pub-sub.js';
import { defineTopic } from '../../src/redis/pubsub/topic.js';
import { eventually } from '../support/eventually.js';

export interface PubSubFixture {
  readonly publisher: PubSub;
  /** Another instance, where there can be one. */
  readonly subscriber: PubSub;
  close(): Promise<void>;
}

/** What every pub/sub driver promises (`PubSub`). */
export function describePubSubContract(driver: string, setup: () => Promise<PubSubFixture>): void {
  describe(`${driver} pub/sub`, () => {
    let fixture: PubSubFixture;
    let publisher: PubSub;
    let subscriber: PubSub;
    beforeEach(async () => {
      fixture = await setup();
      ({ publisher, subscriber } = fixture);
    });
    afterEach(() => fixture.close());

    /** Collects what arrives on a channel. */
    async function listen(channel: string): Promise<JsonValue[]> {
      const received: JsonValue[] = [];
      await subscriber.subscribe(channel, (message) => void received.push(message));
      return received;
    }

    /** Collects what arrives on a stream. */
    async function follow(stream: string): Promise<JsonValue[]> {
      const received: JsonValue[] = [];
      await subscriber.subscribeStream(stream, (message) => void received.push(message));
      return received;
    }

    /**
     * Everything published before has arrived once this resolves; on a Cluster nearly so, where each
     * channel has its own way.
     */
    async function settle(): Promise<void> {
      const received = await listen('settled');
      await publisher.publish('settled', true);
      await eventually(() => expect(received).toHaveLength(1));
    }

    it.each<[JsonValue]>([[null], [0], [''], ['text'], [{ a: [1, { b: 'ü' }] }]])(
      'carries %j as it is',
      async (message) => {
        const received = await listen('orders');
        await publisher.publish('orders', message);
        await eventually(() => expect(received).toEqual([message]));
      },
    );

    it('hears its own messages too', async () => {
      const received: JsonValue[] = [];
      await publisher.subscribe('orders', (message) => void received.push(message));
      await publisher.publish('orders', 1);
      await eventually(() => expect(received).toEqual([1]));
    });

    it('delivers one publisher’s messages in order', async () => {
      const received = await listen('orders');
      const numbers = Array.from({ length: 200 }, (_, i) => i);
      await Promise.all(numbers.map((n) => publisher.publish('orders', n)));
      await eventually(() => expect(received).toEqual(numbers));
    });

    it('says which channel a message came by', async () => {
      const channels: string[] = [];
      await subscriber.subscribe('orders', (_, channel) => void channels.push(channel));
      await subscriber.subscribePattern('ord*', (_, channel) => void channels.push(channel));
      await publisher.publish('orders', 1);
      await eventually(() => expect(channels).toEqual(['orders', 'orders']));
    });

    it('delivers on the channel that was named, and on no other', async () => {
      const others = await Promise.all(['order', 'orders:1', 'Orders', 'ORDERS'].map(listen));
      await publisher.publish('orders', 1);
      await settle();
      expect(others.flat()).toEqual([]);
    });

    it('gives a message to every handler, once', async () => {
      const handler = jest.fn();
      await subscriber.subscribe('orders', handler);
      await subscriber.subscribe('orders', handler);
      await publisher.publish('orders', 1);
      await eventually(() => expect(handler).toHaveBeenCalledTimes(2));
      await settle();
      expect(handler).toHaveBeenCalledTimes(2);
    });

    it('lets no handler disturb another', async () => {
      await subscriber.subscribe('orders', () => {
        throw new Error('thrown');
      });
      await subscriber.subscribe('orders', () => Promise.reject(new Error('rejected')));
      await subscriber.subscribe('orders', (message) => void (message as { n: number }).n++);
      const received = await listen('orders');
      await publisher.publish('orders', { n: 1 });
      await publisher.publish('orders', { n: 2 });
      await eventually(() => expect(received).toEqual([{ n: 1 }, { n: 2 }]));
    });

    it('delivers nothing any more after the end of a subscription, and goes on with the others', async () => {
      const gone = jest.fn();
      const first = await subscriber.subscribe('orders', gone);
      const received = await listen('orders');
      await first.unsubscribe();
      await first.unsubscribe();
      await publisher.publish('orders', 1);
      await eventually(() => expect(received).toEqual([1]));
      expect(gone).not.toHaveBeenCalled();
    });

    it('can be subscribed again after the last handler left', async () => {
      const first = await subscriber.subscribe('orders', () => undefined);
      const leaving = first.unsubscribe();
      const received = await listen('orders');
      await leaving;
      await publisher.publish('orders', 1);
      await eventually(() => expect(received).toEqual([1]));
    });

    describe('by pattern', () => {
      it.each([
        ['*', 'a', true],
        ['orders.*', 'orders.', true],
        ['orders.*', 'orders.1:x.y', true],
        ['orders.*', 'xorders.1', false],
        ['*.filled', 'orders.filled', true],
        ['*.filled', 'orders.filled.x', false],
        ['a*b*c', 'aXbYbZc', true],
        ['a*b*c', 'acb', false],
        ['a*ab', 'ab', false],
        ['order?', 'orders', false],
        ['order?', 'order?', true],
        ['[ab]', 'a', false],
        ['[ab]', '[ab]', true],
        ['a\\b', 'a\\b', true],
        ['a\\*', 'a\\x', true],
        ['plain', 'plain', true],
      ])('%j and channel %j: %s', async (pattern, channel, matches) => {
        const received: JsonValue[] = [];
        await subscriber.subscribePattern(pattern, (message, from) => {
          if (from !== 'settled') received.push(message);
        });
        await publisher.publish(channel, 1);
        if (matches) await eventually(() => expect(received).toEqual([1]));
        await settle();
        expect(received).toEqual(matches ? [1] : []);
      });

      it('delivers nothing any more after its end', async () => {
        const gone = jest.fn();
        const subscription = await subscriber.subscribePattern('ord*', gone);
        await subscription.unsubscribe();
        await publisher.publish('orders', 1);
        await settle();
        expect(gone).not.toHaveBeenCalled();
      });
    });

    describe('by topic', () => {
      const prices = defineTopic(
        'prices',
        z.object({ price: z.string(), size: z.number().default(1) }),
      );

      it('gives handlers what fits the topic, and drops what does not', async () => {
        const received: unknown[] = [];
        await new Bus(subscriber).subscribe(prices, (price) => void received.push(price));
        await publisher.publish('prices', { price: 7 });
        await publisher.publish('prices', null);
        await new Bus(publisher).publish(prices, { price: '7' });
        await eventually(() => expect(received).toEqual([{ price: '7', size: 1 }]));
      });

      it('sends nothing that does not fit', async () => {
        const received = await listen('prices');
        const wrong = { price: 7 } as unknown as { price: string };
        await expect(new Bus(publisher).publish(prices, wrong)).rejects.toMatchObject({
          code: 'pubsub.invalid_message',
        });
        await settle();
        expect(received).toEqual([]);
      });

      it('has members, which are heard one by one or all together', async () => {
        const bus = new Bus(subscriber);
        const [one, all, none]: [unknown[], unknown[], unknown[]] = [[], [], []];
        await bus.subscribe(prices, ({ price }) => void one.push(price), 'AAPL');
        await bus.subscribe(prices, ({ price }) => void none.push(price));
        await bus.subscribeFamily(prices, ({ price }, member) => void all.push([member, price]));
        for (const member of ['AAPL', 'MSFT']) {
          await new Bus(publisher).publish(prices, { price: member }, member);
        }
        await eventually(() => expect(all).toHaveLength(2));
        expect([...all].sort()).toEqual([
          ['AAPL', 'AAPL'],
          ['MSFT', 'MSFT'],
        ]);
        await eventually(() => expect(one).toEqual(['AAPL']));
        expect(none).toEqual([]);
      });
    });

    describe('in sequence', () => {
      it('numbers the messages of a channel from 1, without gaps, in arrival order', async () => {
        const received = (await follow('orders')) as unknown as SequencedMessage[];
        const sent = await Promise.all(
          Array.from({ length: 100 }, (_, i) =>
            (i % 2 === 0 ? publisher : subscriber).publishSequenced('orders', i),
          ),
        );
        await eventually(() => expect(received).toHaveLength(100));
        expect(received.map(({ seq }) => seq)).toEqual(
          Array.from({ length: 100 }, (_, i) => i + 1),
        );
        expect(new Set(received.map(({ epoch }) => epoch)).size).toBe(1);
        const bySeq = [...sent].sort((a, b) => a.seq - b.seq);
        expect(received).toEqual(bySeq);
      });

      it('numbers every channel for itself', async () => {
        await publisher.publishSequenced('orders', 1);
        expect(await publisher.publishSequenced('trades', 1)).toMatchObject({
          channel: 'trades',
          seq: 1,
        });
      });

      it('answers what it published: data, time, correlation id', async () => {
        const received = await follow('orders');
        const data = { text: 'ü "quoted"', list: [1, null] };
        const message = await publisher.publishSequenced('orders', data, { correlationId: 'c-1' });
        expect(message).toMatchObject({ channel: 'orders', data, correlationId: 'c-1' });
        expect(new Date(message.ts).toISOString()).toBe(message.ts);
        await eventually(() => expect(received).toEqual([message]));
        expect('correlationId' in (await publisher.publishSequenced('orders', 1))).toBe(false);
      });
    });

    it('keeps streams and channels of one name apart, and streams out of patterns', async () => {
      const elsewhere: JsonValue[] = [];
      await subscriber.subscribe('orders', (message) => void elsewhere.push(message));
      await subscriber.subscribePattern('*', (message, from) => {
        if (from !== 'settled') elsewhere.push(message);
      });
      const received = await follow('orders');
      await publisher.publishSequenced('orders', 1);
      await eventually(() => expect(received).toHaveLength(1));
      await settle();
      expect(elsewhere).toEqual([]);
      await publisher.publish('orders', 'plain');
      await eventually(() => expect(elsewhere).toEqual(['plain', 'plain']));
      expect(received).toHaveLength(1);
    });

    it('delivers nothing of a stream any more after the end of a subscription', async () => {
      const gone = jest.fn();
      const first = await subscriber.subscribeStream('orders', gone);
      const other = await follow('trades');
      await first.unsubscribe();
      const received = await follow('orders');
      await publisher.publishSequenced('orders', 1);
      await publisher.publishSequenced('trades', 1);
      await eventually(() => expect([received.length, other.length]).toEqual([1, 1]));
      expect(gone).not.toHaveBeenCalled();
    });

    describe('with a history', () => {
      const keep = { messages: 5, ageMs: 60_000 };
      const seqs = (messages: readonly SequencedMessage[]) => messages.map(({ seq }) => seq);

      it('has a place before its first message', async () => {
        const { epoch } = await subscriber.history('orders');
        expect(epoch).not.toBe('');
        expect(await publisher.history('orders')).toEqual({ epoch, seq: 0, messages: [] });
        expect(await publisher.publishDurable('orders', 1, { keep })).toEqual({ epoch, seq: 1 });
      });

      it('keeps what subscribers got, and gives what came after a place', async () => {
        const received = (await follow('orders')) as unknown as SequencedMessage[];
        const data = [{ text: 'ü "quoted"' }, null, [1]];
        for (const one of data) {
          await publisher.publishDurable('orders', one, { keep, correlationId: 'c-1' });
        }
        await eventually(() => expect(received).toHaveLength(3));
        const history = await subscriber.history('orders');
        expect(history.messages).toEqual(received);
        expect(history.messages.map((message) => message.data)).toEqual(data);
        expect(history.messages[0]).toMatchObject({ channel: 'orders', correlationId: 'c-1' });
        expect(seqs((await subscriber.history('orders', 1)).messages)).toEqual([2, 3]);
        expect(await subscriber.history('orders', 3)).toEqual({ ...history, messages: [] });
      });

      it('numbers without gaps, in arrival order, whoever publishes', async () => {
        const received = (await follow('orders')) as unknown as SequencedMessage[];
        await Promise.all(
          Array.from({ length: 100 }, (_, i) =>
            (i % 2 === 0 ? publisher : subscriber).publishDurable('orders', i, { keep }),
          ),
        );
        await eventually(() => expect(received).toHaveLength(100));
        expect(seqs(received)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
      });

      it('keeps so many messages, the latest', async () => {
        for (let i = 1; i <= 12; i += 1) await publisher.publishDurable('orders', i, { keep });
        const { seq, messages } = await subscriber.history('orders');
        expect(seq).toBe(12);
        expect(seqs(messages)).toEqual([8, 9, 10, 11, 12]);
      });

      it('keeps none that is too old, but for the last', async () => {
        for (let i = 1; i <= 3; i += 1) await publisher.publishDurable('orders', i, { keep });
        await new Promise((resolve) => setTimeout(resolve, 5));
        await publisher.publishDurable('orders', 4, { keep: { messages: 5, ageMs: 1 } });
        const { seq, messages } = await subscriber.history('orders');
        expect([seq, seqs(messages)]).toEqual([4, [4]]);
      });

      it('publishes what is sent twice once', async () => {
        const received = await follow('orders');
        const first = await publisher.publishDurable('orders', 'a', { keep, id: 'one' });
        await publisher.publishDurable('orders', 'b', { keep, id: 'two' });
        expect(await subscriber.publishDurable('orders', 'a', { keep, id: 'one' })).toEqual(first);
        await publisher.publishDurable('orders', 'c', { keep });
        await eventually(() => expect(received).toHaveLength(3));
        expect((await subscriber.history('orders')).messages.map(({ data }) => data)).toEqual([
          ...['a', 'b', 'c'],
        ]);
      });

      it('begins a new epoch when it is told to, and says so', async () => {
        const { epoch } = await publisher.publishDurable('orders', 1, { keep, id: 'one' });
        const received = (await follow('orders')) as unknown as SequencedMessage[];
        await publisher.resetHistory('orders');
        const after = await subscriber.history('orders');
        expect(after).toMatchObject({ seq: 0, messages: [] });
        expect(after.epoch).not.toBe(epoch);
        await eventually(() =>
          expect(received).toEqual([{ channel: 'orders', epoch: after.epoch, seq: 0 }]),
        );
        expect(await publisher.publishDurable('orders', 1, { keep, id: 'one' })).toEqual({
          ...{ epoch: after.epoch, seq: 1 },
        });
      });

      it('keeps the channels apart', async () => {
        await publisher.publishDurable('orders', 1, { keep, id: 'one' });
        await publisher.publishDurable('trades', 2, { keep, id: 'one' });
        expect((await subscriber.history('trades')).messages.map(({ data }) => data)).toEqual([2]);
      });
    });
  });
}
