import type { JsonValue } from '../../kernel/json.js';
import type { MessageHandler, PubSub } from '../../redis/index.js';
import { TransientChannel } from './transient-channel.js';

describe('a transient channel', () => {
  let publish: (seq: number) => void;
  let reconnect: () => void;
  let reads: number;
  let failures: unknown[];
  let told: string[];
  let read: () => Promise<unknown>;
  let channel: TransientChannel;

  beforeEach(() => {
    jest.useFakeTimers();
    [reads, failures, told] = [0, [], []];
    read = async () => `read ${(reads += 1)}`;
    const pubSub = {
      subscribeStream: async (_: string, handler: MessageHandler) => {
        publish = (seq) =>
          void handler({ channel: 'b', epoch: 'e', seq, ts: '', data: `sent ${seq}` }, 'b');
        return { unsubscribe: async () => undefined };
      },
      onReconnected: (listener: () => void) => {
        reconnect = listener;
        return () => undefined;
      },
    } satisfies Partial<PubSub> as unknown as PubSub;
    channel = new TransientChannel(
      pubSub,
      { bus: 'b', snapshot: () => read(), hasFailed: (error) => void failures.push(error) },
      {
        message: ({ data }) => void told.push(data as string),
        snapshot: (_, data) => void told.push(`snapshot ${data as JsonValue & string}`),
      },
    );
  });
  afterEach(() => jest.useRealTimers());

  it('begins with what its owner knows, read once for all who come within a second', async () => {
    const beginnings = await Promise.all([channel.begin(), channel.begin()]);
    expect(beginnings.map((one) => 'snapshot' in one && one.snapshot)).toEqual([
      'read 1',
      'read 1',
    ]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await channel.begin()).toMatchObject({ recovered: false, snapshot: 'read 2' });
  });

  it('begins with the latest message once there is one, and reads no more', async () => {
    publish(7);
    const beginning = await channel.begin();
    expect(beginning).toMatchObject({
      position: { epoch: 'e', seq: 7 },
      recovered: false,
      snapshot: 'sent 7',
    });
    expect(reads).toBe(0);
    expect(channel.after(beginning.position)).toEqual([]);
    publish(8);
    expect(channel.after(beginning.position)).toMatchObject([{ seq: 8 }]);
  });

  it('prefers a message that comes while the snapshot is read', async () => {
    let finish: (data: unknown) => void = () => undefined;
    read = () => new Promise((resolve) => (finish = resolve));
    const beginning = channel.begin();
    publish(1);
    finish('old');
    expect(await beginning).toMatchObject({ position: { seq: 1 }, snapshot: 'sent 1' });
  });

  it('tells its followers what is true now after the bus was away', async () => {
    publish(1);
    reconnect();
    await jest.advanceTimersByTimeAsync(0);
    expect(told).toEqual(['sent 1', 'snapshot read 1']);
    expect(await channel.begin()).toMatchObject({ snapshot: 'read 1' });
  });

  it('tells nothing that was read before the bus was away', async () => {
    await channel.begin();
    reconnect();
    await jest.advanceTimersByTimeAsync(0);
    expect(told).toEqual(['snapshot read 2']);
  });

  it('tells nothing older than a message that came meanwhile', async () => {
    reconnect();
    publish(2);
    await jest.advanceTimersByTimeAsync(0);
    expect(told).toEqual(['sent 2']);
  });

  it('reads again after a reading that failed', async () => {
    read = () => Promise.reject(new Error('away'));
    await expect(channel.begin()).rejects.toThrow('away');
    reconnect();
    await jest.advanceTimersByTimeAsync(0);
    expect(failures).toHaveLength(1);
    read = async () => 'back';
    expect(await channel.begin()).toMatchObject({ snapshot: 'back' });
    // And whoever follows is told, once it can be.
    await jest.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual(['snapshot back']);
  });
});
