import type { ChannelPosition, PubSub, SequencedMessage, Subscription } from '../../redis/index.js';
import { NOWHERE, type Beginning, type Followers, type LiveStream } from './live-stream.js';
import type { StreamSource } from './stream-source.js';

/** A snapshot that was just read serves all who come in this time: after a restart they come all at once. */
const SNAPSHOT_MS = 1_000;
const RETRY_MS = 1_000;

/**
 * A channel of which the latest message counts: messages go out as they come, and whoever begins gets the latest one,
 * or what the channel's owner knows before there is any. What was missed while the bus was away is told by a snapshot.
 */
export class TransientChannel implements LiveStream {
  readonly #source: StreamSource;
  readonly #followers: Followers;
  readonly #subscription: Promise<Subscription>;
  readonly #stopWatching: () => void;
  #latest: SequencedMessage | undefined;
  #reading: Promise<unknown> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(pubSub: PubSub, source: StreamSource, followers: Followers) {
    this.#source = source;
    this.#followers = followers;
    this.#subscription = pubSub.subscribeStream(source.bus, (message) => {
      this.#latest = message as unknown as SequencedMessage;
      followers.message(this.#latest);
    });
    this.#stopWatching = pubSub.onReconnected(() => void this.#renew());
    this.#subscription.then(({ late }) => void late?.then(() => this.#renew()), source.hasFailed);
  }

  async ready(): Promise<void> {
    await this.#subscription;
  }

  async begin(): Promise<Beginning> {
    const snapshot = this.#latest === undefined ? await this.#read() : undefined;
    // One that came meanwhile is newer than what was read.
    return this.#latest === undefined
      ? { position: NOWHERE, recovered: false, snapshot }
      : { position: placeOf(this.#latest), recovered: false, snapshot: this.#latest.data };
  }

  after({ epoch, seq }: ChannelPosition): readonly SequencedMessage[] {
    const latest = this.#latest;
    const isNews = latest !== undefined && (latest.epoch !== epoch || latest.seq !== seq);
    return isNews ? [latest] : [];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopWatching();
    clearTimeout(this.#retry);
    await (await this.#subscription).unsubscribe();
  }

  /** Until it is known what is true now: another message may be a day away. */
  async #renew(): Promise<void> {
    clearTimeout(this.#retry);
    this.#latest = undefined;
    // What was read before may be from before.
    this.#reading = undefined;
    try {
      const snapshot = await this.#read();
      // One that came meanwhile has been sent.
      if (this.#latest === undefined) this.#followers.snapshot(NOWHERE, snapshot);
    } catch (error) {
      this.#source.hasFailed(error);
      if (!this.#isClosed) this.#retry = setTimeout(() => void this.#renew(), RETRY_MS).unref();
    }
  }

  #read(): Promise<unknown> {
    this.#reading ??= this.#readOnce();
    return this.#reading;
  }

  #readOnce(): Promise<unknown> {
    const reading = this.#source.snapshot();
    const forget = () => {
      if (this.#reading === reading) this.#reading = undefined;
    };
    reading.then(() => setTimeout(forget, SNAPSHOT_MS).unref(), forget);
    return reading;
  }
}

function placeOf({ epoch, seq }: ChannelPosition): ChannelPosition {
  return { epoch, seq };
}
