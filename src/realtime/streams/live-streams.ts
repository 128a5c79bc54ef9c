import { Inject, Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { FaultLog } from '../../kernel/fault-log.js';
import { PubSub } from '../../redis/index.js';
import { busChannel, type ChannelDefinition } from '../channels/channel-definition.js';
import type { ResolvedChannel } from '../channels/channel-registry.js';
import { DurableChannel } from './durable-channel.js';
import type { LiveStream } from './live-stream.js';
import { PolledChannel } from './polled-channel.js';
import { Room, type Follower } from './room.js';
import { TransientChannel } from './transient-channel.js';

interface Shared {
  readonly room: Room;
  readonly stream: LiveStream;
  followers: number;
}

/** One client's share of a stream. */
export interface Following extends Pick<Shared, 'room' | 'stream'> {
  /** {@link LiveStream.ready} */
  readonly ready: Promise<void>;
  /** Leaves the room and gives the share back; a second call does nothing. */
  release(): void;
}

/** One bus subscription per stream and instance, however many clients follow it; none when nobody does. */
@Injectable()
export class LiveStreams {
  readonly #faults = new FaultLog(new Logger(LiveStreams.name));
  readonly #streams = new Map<string, Shared>();

  constructor(
    private readonly pubSub: PubSub,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** The client is in no room yet: it enters when it has been told where it begins. */
  follow(channel: ResolvedChannel, client: Follower): Following {
    const shared = this.#streams.get(channel.bus) ?? this.#open(channel);
    const { room, stream } = shared;
    shared.followers += 1;
    let released = false;
    return {
      room,
      stream,
      ready: stream.ready(),
      release: () => {
        if (released) return;
        released = true;
        room.leave(client);
        shared.followers -= 1;
        if (shared.followers === 0) this.#close(channel.bus, shared);
      },
    };
  }

  /** How many clients follow the stream here. */
  followers(bus: string): number {
    return this.#streams.get(bus)?.room.size ?? 0;
  }

  /** The users who follow their stream of this channel (of audience `user`, without a parameter) here. */
  followersOf(channel: ChannelDefinition): string[] {
    const prefix = busChannel(channel, { userId: '' });
    return [...this.#streams.keys()]
      .filter((bus) => bus.startsWith(prefix))
      .map((bus) => bus.slice(prefix.length));
  }

  #open(channel: ResolvedChannel): Shared {
    const room = new Room(channel.client, !channel.isDurable);
    const shared = { room, stream: this.#streamOf(channel, room), followers: 0 };
    this.#streams.set(channel.bus, shared);
    return shared;
  }

  #streamOf({ bus, snapshot, isDurable, polled }: ResolvedChannel, room: Room): LiveStream {
    const hasFailed = (error: unknown) => this.#faults.report(`live channel ${bus}`, error);
    const source = { bus, snapshot, hasFailed };
    if (polled !== undefined) return new PolledChannel(source, room, this.clock, polled);
    if (isDurable) return new DurableChannel(this.pubSub, source, room);
    return new TransientChannel(this.pubSub, source, room);
  }

  #close(bus: string, shared: Shared): void {
    if (this.#streams.get(bus) === shared) this.#streams.delete(bus);
    shared.stream
      .close()
      .catch((error: unknown) => this.#faults.report(`unsubscribing ${bus}`, error));
  }
}
