import { Injectable, Logger } from '@nestjs/common';
import { FaultLog } from '../kernel/fault-log.js';
import { PubSub, type SequencedMessage } from '../redis/index.js';
import { busChannel, type ChannelDefinition } from './channel-definition.js';
import type { ResolvedChannel } from './channel-registry.js';
import { DurableChannel, type Room } from './durable-channel.js';

interface Stream {
  followers: number;
  readonly ready: () => Promise<void>;
  readonly close: () => Promise<void>;
  readonly durable: DurableChannel | undefined;
}

/** One socket's share of a stream. */
export interface Following {
  /** Resolves once messages of the stream arrive at this instance; of a durable one, once it is up to date. */
  readonly ready: Promise<void>;
  readonly durable: DurableChannel | undefined;
  /** Gives the share back; a second call does nothing. */
  release(): void;
}

/** One bus subscription per stream and instance, however many sockets follow it; none when nobody does. */
@Injectable()
export class LiveStreams {
  readonly #faults = new FaultLog(new Logger(LiveStreams.name));
  readonly #streams = new Map<string, Stream>();

  constructor(private readonly pubSub: PubSub) {}

  /** `room` is the first follower's and serves all of them: it must reach the whole instance. */
  follow(channel: ResolvedChannel, room: Room): Following {
    const stream = this.#streams.get(channel.bus) ?? this.#open(channel, room);
    stream.followers += 1;
    let released = false;
    return {
      ready: stream.ready(),
      durable: stream.durable,
      release: () => {
        if (released) return;
        released = true;
        stream.followers -= 1;
        if (stream.followers === 0) this.#close(channel.bus, stream);
      },
    };
  }

  /** The users who follow their stream of this channel (of audience `user`, without a parameter) here. */
  followersOf(channel: ChannelDefinition): string[] {
    const prefix = busChannel(channel, { userId: '' });
    return [...this.#streams.keys()]
      .filter((bus) => bus.startsWith(prefix))
      .map((bus) => bus.slice(prefix.length));
  }

  #open(channel: ResolvedChannel, room: Room): Stream {
    const stream = channel.snapshot
      ? this.#openDurable(channel.bus, channel.snapshot, room)
      : this.#openTransient(channel.bus, room);
    this.#streams.set(channel.bus, stream);
    return stream;
  }

  #openTransient(bus: string, room: Room): Stream {
    const subscription = this.pubSub.subscribe(bus, (message) =>
      room.message(message as unknown as SequencedMessage),
    );
    return {
      followers: 0,
      durable: undefined,
      ready: () => subscription.then(() => undefined),
      close: async () => (await subscription).unsubscribe(),
    };
  }

  #openDurable(bus: string, snapshot: () => Promise<unknown>, room: Room): Stream {
    const durable = new DurableChannel(this.pubSub, { bus, snapshot }, room, (error) =>
      this.#faults.report(`durable channel ${bus}`, error),
    );
    return {
      followers: 0,
      durable,
      ready: () => durable.ready(),
      close: () => durable.close(),
    };
  }

  #close(bus: string, stream: Stream): void {
    if (this.#streams.get(bus) === stream) this.#streams.delete(bus);
    stream.close().catch((error: unknown) => this.#faults.report(`unsubscribing ${bus}`, error));
  }
}
