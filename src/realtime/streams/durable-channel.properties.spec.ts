import fc from 'fast-check';
import type { JsonValue } from '../../kernel/json.js';
import type {
  ChannelHistory,
  ChannelPosition,
  MessageHandler,
  PubSub,
  SequencedMessage,
} from '../../redis/index.js';
import { DurableChannel } from './durable-channel.js';
import type { Followers } from './live-stream.js';

/** Messages that the history keeps: few, so that followers fall behind it. */
const KEPT = 4;

type Step =
  | { readonly do: 'publish'; readonly arrives: boolean }
  /** Redis is not reached: the message is nowhere, and the channel is owed a new epoch. */
  | { readonly do: 'fail to publish' }
  /** Redis lost its memory. */
  | { readonly do: 'forget' }
  | { readonly do: 'reconnect' }
  | { readonly do: 'follow' | 'leave'; readonly who: number };

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('publish'), arrives: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail to publish') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect') }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('follow', 'follow', 'leave'),
      who: fc.integer({ min: 0, max: 2 }),
    }),
  },
) as fc.Arbitrary<Step>;
/** And how much of what is on its way arrives before the next step. */
const steps = fc.array(fc.tuple(step, fc.integer({ min: 0, max: 8 })), {
  minLength: 10,
  maxLength: 60,
});

/** A bus that loses messages, and takes its time; and the database that messages tell of: a number that only grows. */
class LossyBus {
  /** What the database says. */
  truth = 0;
  #epoch = 1;
  #seq = 0;
  #kept: SequencedMessage[] = [];
  #handler: MessageHandler = () => undefined;
  #reconnected: () => void = () => undefined;

  constructor(private readonly scheduler: fc.Scheduler) {}

  get pubSub(): PubSub {
    return {
      subscribeStream: async (_: string, handler: MessageHandler) => {
        this.#handler = handler;
        return { unsubscribe: async () => undefined };
      },
      onReconnected: (listener: () => void) => {
        this.#reconnected = listener;
        return () => undefined;
      },
      history: (_: string, afterSeq = 0) => this.#later('history', () => this.#history(afterSeq)),
    } satisfies Partial<PubSub> as unknown as PubSub;
  }

  snapshot = (): Promise<number> => this.#later('snapshot', () => this.truth);

  publish(arrives: boolean): void {
    this.truth += 1;
    this.#seq += 1;
    const message = this.#message(this.truth);
    this.#kept = [...this.#kept, message].slice(-KEPT);
    if (arrives) this.#deliver(message);
  }

  failToPublish(): void {
    this.truth += 1;
    this.forget();
    this.#deliver({ ...this.#message(null), seq: 0 });
  }

  forget(): void {
    this.#epoch += 1;
    this.#seq = 0;
    this.#kept = [];
  }

  reconnect(): void {
    this.#reconnected();
  }

  get end(): ChannelPosition {
    return { epoch: String(this.#epoch), seq: this.#seq };
  }

  #history(afterSeq: number): ChannelHistory {
    return { ...this.end, messages: this.#kept.filter(({ seq }) => seq > afterSeq) };
  }

  #message(data: JsonValue): SequencedMessage {
    return { channel: 'c', ts: '', data, ...this.end };
  }

  #deliver(message: SequencedMessage): void {
    void this.#later('delivery', () => this.#handler(message as unknown as JsonValue, 'c'));
  }

  #later<T>(what: string, work: () => T): Promise<T> {
    return this.scheduler.schedule(Promise.resolve(), what).then(work);
  }
}

/** A client: what it believes, and that nothing comes to it twice, out of order, or with a hole before it. */
class Client {
  position: ChannelPosition | undefined;
  believes = -1;
  isIn = false;
  /** Whoever calls it might swallow an exception. */
  readonly problems: string[] = [];

  startAt(position: ChannelPosition, truth: unknown): void {
    this.position = position;
    this.believes = truth as number;
  }

  take({ epoch, seq, data }: SequencedMessage): void {
    const { position } = this;
    if (epoch !== position?.epoch || seq !== position.seq + 1) {
      this.problems.push(`${epoch}/${seq} after ${position?.epoch}/${position?.seq}`);
    }
    // A snapshot may know of it already, and of no later one less.
    const truth = data as number;
    if (truth > this.believes + 1) this.problems.push(`${truth} after ${this.believes}`);
    this.position = { epoch, seq };
    this.believes = Math.max(this.believes, truth);
  }
}

/** As the gateway does it. */
async function follow(channel: DurableChannel, client: Client): Promise<void> {
  await channel.ready();
  for (;;) {
    const { position, ...what } = await channel.begin(client.position);
    const after = channel.after(position);
    if (after === undefined) continue;
    if (what.recovered) for (const message of what.messages) client.take(message);
    else client.startAt(position, what.snapshot);
    for (const message of after) client.take(message);
    client.isIn = true;
    return;
  }
}

describe('a durable channel', () => {
  it('shows every client all there is, once, in order, whatever is lost on the way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), steps, async (scheduler, all) => {
        const bus = new LossyBus(scheduler);
        const clients = [new Client(), new Client(), new Client()];
        const inRoom = () => clients.filter(({ isIn }) => isIn);
        const room: Followers = {
          message: (message) => inRoom().forEach((client) => client.take(message)),
          snapshot: (at, data) => inRoom().forEach((client) => client.startAt(at, data)),
        };
        const errors: unknown[] = [];
        const channel = new DurableChannel(
          bus.pubSub,
          { bus: 'c', snapshot: bus.snapshot, hasFailed: (error) => void errors.push(error) },
          room,
        );
        const following: Promise<void>[] = [];
        const busy = new Set<Client>();
        for (const [step, arrivals] of all) {
          if (step.do === 'publish') bus.publish(step.arrives);
          else if (step.do === 'fail to publish') bus.failToPublish();
          else if (step.do === 'forget') bus.forget();
          else if (step.do === 'reconnect') bus.reconnect();
          else {
            const client = clients[step.who] as Client;
            if (step.do === 'leave') client.isIn = false;
            else if (!client.isIn && !busy.has(client)) {
              busy.add(client);
              following.push(follow(channel, client).finally(() => busy.delete(client)));
            }
          }
          for (let i = 0; i < arrivals && scheduler.count() > 0; i += 1) await scheduler.waitOne();
        }
        // Whatever came last: a line that lost something breaks, and is whole in the end.
        bus.reconnect();
        await scheduler.waitFor(Promise.all(following));
        await scheduler.waitFor(channel.ready());
        while (scheduler.count() > 0) await scheduler.waitOne();
        await scheduler.waitFor(channel.ready());
        expect(clients.flatMap(({ problems }) => problems)).toEqual([]);
        for (const client of inRoom()) {
          expect(client.position).toEqual(bus.end);
          expect(client.believes).toBe(bus.truth);
        }
        expect(errors).toEqual([]);
        await channel.close();
      }),
      { numRuns: 1_000 },
    );
  });
});
