import type { MessageHandler, PubSub, SequencedMessage } from '../../redis/index.js';
import { DurableChannel } from './durable-channel.js';

const EPOCH = 'e';
const KEPT = 400;
const PART_BYTES = 64 * 1024;

/** A bus whose history is larger than what a process has at hand. */
class LongHistory {
  reads = 0;
  readonly messages: SequencedMessage[] = [];
  #handler: MessageHandler = () => undefined;

  get pubSub(): PubSub {
    return {
      subscribeStream: async (_: string, handler: MessageHandler) => {
        this.#handler = handler;
        return { unsubscribe: async () => undefined };
      },
      onReconnected: () => () => undefined,
      history: async (_: string, afterSeq = 0) => {
        this.reads += 1;
        const messages = this.messages.filter(({ seq }) => seq > afterSeq);
        return { epoch: EPOCH, seq: this.messages.length, messages };
      },
    } satisfies Partial<PubSub> as unknown as PubSub;
  }

  publish(bytes = 2_000): void {
    const seq = this.messages.length + 1;
    const message = { channel: 'b', epoch: EPOCH, seq, ts: '', data: 'x'.repeat(bytes) };
    this.messages.push(message);
    void this.#handler(message, 'b');
  }
}

describe('a durable channel to which all come back at once', () => {
  let bus: LongHistory;
  let channel: DurableChannel;
  let snapshots: number;

  beforeEach(async () => {
    bus = new LongHistory();
    snapshots = 0;
    for (let i = 0; i < KEPT; i += 1) bus.publish();
    channel = new DurableChannel(
      bus.pubSub,
      {
        bus: 'b',
        snapshot: async () => `snapshot ${(snapshots += 1)}`,
        hasFailed: (error) => {
          throw error;
        },
      },
      { message: () => undefined, snapshot: () => undefined },
    );
    await channel.ready();
  });
  afterEach(() => channel.close());

  /** Part by part, as a client is told. */
  const missedSince = async (seq: number): Promise<number[]> => {
    const beginning = await channel.begin({ epoch: EPOCH, seq });
    if (!beginning.recovered) throw new Error('it has to begin anew');
    const { position, messages } = beginning;
    const seqs = messages.map((message) => message.seq);
    expect(position.seq).toBe(seqs.at(-1) ?? seq);
    const bytes = messages.reduce((sum, { data }) => sum + (data as string).length, 0);
    expect(messages.length === 1 || bytes <= PART_BYTES).toBe(true);
    return channel.after(position) === undefined
      ? [...seqs, ...(await missedSince(position.seq))]
      : [...seqs, ...(channel.after(position) ?? []).map((message) => message.seq)];
  };
  const upFrom = (seq: number, last: number) =>
    Array.from({ length: last - seq }, (_, i) => seq + 1 + i);

  it('reads its history once for all of them, however far back they are, and while it goes on', async () => {
    const places = Array.from({ length: 2_000 }, (_, i) => i % KEPT);
    const all = await Promise.all(places.map(missedSince));
    places.forEach((place, i) => expect(all[i]).toEqual(upFrom(place, KEPT)));
    for (let i = 0; i < 5; i += 1) bus.publish();
    expect(await missedSince(3)).toEqual(upFrom(3, KEPT + 5));
    expect(bus.reads).toBe(1);
  });

  it('reads it again when it went on further than what is at hand', async () => {
    await missedSince(0);
    for (let i = 0; i < KEPT; i += 1) bus.publish();
    expect(await missedSince(0)).toEqual(upFrom(0, 2 * KEPT));
    expect(bus.reads).toBe(2);
  });

  it('tells also what is larger than a part: one at a time', async () => {
    for (let i = 0; i < 3; i += 1) bus.publish(300 * 1024);
    expect(await missedSince(KEPT - 1)).toEqual(upFrom(KEPT - 1, KEPT + 3));
  });

  it('reads what is true now once for all who begin', async () => {
    const beginnings = await Promise.all(
      Array.from({ length: 2_000 }, () => channel.begin(undefined)),
    );
    expect(snapshots).toBe(1);
    expect(beginnings[0]).toMatchObject({ position: { seq: KEPT }, snapshot: 'snapshot 1' });
    bus.publish();
    const late = await channel.begin({ epoch: 'another', seq: 1 });
    expect(channel.after(late.position)?.map(({ seq }) => seq)).toEqual([KEPT + 1]);
  });
});
