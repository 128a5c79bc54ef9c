import { Injectable, Logger } from '@nestjs/common';
import { PubSub, type SequencedMessage, type Subscription } from '../redis/index.js';
import { busChannel, type ChannelDefinition } from './channel-definition.js';
import type { ResolvedChannel } from './channel-registry.js';

interface Stream {
  followers: number;
  readonly subscription: Promise<Subscription>;
}

/** One socket's share of a stream. */
export interface Following {
  /** Resolves once messages of the stream arrive at this instance. */
  readonly ready: Promise<void>;
  /** Gives the share back; a second call does nothing. */
  release(): void;
}

/** One bus subscription per stream and instance, however many sockets follow it; none when nobody does. */
@Injectable()
export class LiveStreams {
  readonly #logger = new Logger(LiveStreams.name);
  readonly #streams = new Map<string, Stream>();

  constructor(private readonly pubSub: PubSub) {}

  /** `deliver` is the first follower's and serves all of them: it must reach the whole instance. */
  follow(channel: ResolvedChannel, deliver: (message: SequencedMessage) => void): Following {
    const stream = this.#streams.get(channel.bus) ?? this.#open(channel, deliver);
    stream.followers += 1;
    let released = false;
    return {
      ready: stream.subscription.then(() => undefined),
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

  #open(channel: ResolvedChannel, deliver: (message: SequencedMessage) => void): Stream {
    const subscription = this.pubSub.subscribe(channel.bus, (message) => {
      // What instances call the stream is not the client's business: it may hold a user's id.
      deliver({ ...(message as unknown as SequencedMessage), channel: channel.client });
    });
    const stream: Stream = { followers: 0, subscription };
    this.#streams.set(channel.bus, stream);
    return stream;
  }

  #close(bus: string, stream: Stream): void {
    if (this.#streams.get(bus) === stream) this.#streams.delete(bus);
    stream.subscription
      .then((subscription) => subscription.unsubscribe())
      .catch((error: unknown) =>
        this.#logger.warn({ message: 'unsubscribing failed', err: error, bus }),
      );
  }
}
