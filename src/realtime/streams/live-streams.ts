import { Injectable, Logger } from '@nestjs/common';
import { FaultLog } from '../../kernel/fault-log.js';
import { PubSub } from '../../redis/index.js';
import { busChannel, type ChannelDefinition } from '../channels/channel-definition.js';
import type { ResolvedChannel } from '../channels/channel-registry.js';
import type { LiveClient } from '../clients/live-client.js';
import { DurableChannel } from './durable-channel.js';
import type { LiveStream } from './live-stream.js';
import { Room } from './room.js';
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

  constructor(private readonly pubSub: PubSub) {}

  /** The client is in no room yet: it enters when it has been told where it begins. */
  follow(channel: ResolvedChannel, client: LiveClient): Following {
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

  /** The users who follow their stream of this channel (of audience `user`, without a parameter) here. */
  followersOf(channel: ChannelDefinition): string[] {
    const prefix = busChannel(channel, { userId: '' });
    return [...this.#streams.keys()]
      .filter((bus) => bus.startsWith(prefix))
      .map((bus) => bus.slice(prefix.length));
  }

  #open({ bus, client, isDurable, snapshot }: ResolvedChannel): Shared {
    const room = new Room(client, !isDurable);
    const hasFailed = (error: unknown) => this.#faults.report(`live channel ${bus}`, error);
    const Channel = isDurable ? DurableChannel : TransientChannel;
    const stream = new Channel(this.pubSub, { bus, snapshot, hasFailed }, room);
    const shared = { room, stream, followers: 0 };
    this.#streams.set(bus, shared);
    return shared;
  }

  #close(bus: string, shared: Shared): void {
    if (this.#streams.get(bus) === shared) this.#streams.delete(bus);
    shared.stream
      .close()
      .catch((error: unknown) => this.#faults.report(`unsubscribing ${bus}`, error));
  }
}
