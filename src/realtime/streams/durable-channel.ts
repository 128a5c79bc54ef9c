import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ChannelHistory,
  ChannelPosition,
  PubSub,
  SequencedMessage,
  Subscription,
} from '../../redis/index.js';
import { bytesOf, DurableStream } from './durable-stream.js';
import { NOWHERE, type Beginning, type Followers, type LiveStream } from './live-stream.js';
import type { StreamSource } from './stream-source.js';

/** Of what a client missed, sent at once: a line of 10 KB/s has taken it before its heartbeat is late. */
const PART_BYTES = 64 * 1024;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;
/** A snapshot is read anew where the stream broke while it was read; so often, and then whoever asks is told. */
const ATTEMPTS = 3;

/**
 * What one client had read serves all who come in this time: after a fault they come by the thousand, and ask for the
 * same. What has happened since is at hand.
 */
const SNAPSHOT_MS = 1_000;
const HISTORY_MS = 10_000;

interface ReadSnapshot {
  readonly position: ChannelPosition;
  readonly snapshot: Promise<unknown>;
}

interface SharedHistory {
  readonly read: Promise<ChannelHistory>;
  /** undefined: it is being read. */
  end: ChannelPosition | undefined;
}

/**
 * A durable channel in this process: one subscription and one history for all who follow it. Each of them gets every
 * message once and in order; what nobody can tell any more is replaced by a snapshot, and all are told so.
 */
export class DurableChannel implements LiveStream {
  readonly #pubSub: PubSub;
  readonly #bus: string;
  readonly #snapshot: () => Promise<unknown>;
  readonly #room: Followers;
  readonly #stream: DurableStream;
  readonly #closing = new AbortController();
  readonly #subscription: Promise<Subscription>;
  readonly #stopWatching: () => void;
  /** Resolves once the stream is read and nobody in the room waits for a snapshot; undefined: so it is. */
  #catchingUp: Promise<void> | undefined;
  /** Another look is due after the one that is under way. */
  #again = false;
  /** Everybody in the room waits for a snapshot. */
  #isBroken = false;
  readonly #hasFailed: (error: unknown) => void;
  #sharedSnapshot: ReadSnapshot | undefined;
  #sharedHistory: SharedHistory | undefined;
  /** Measured once for all who have missed them. */
  readonly #bytes = new WeakMap<SequencedMessage, number>();

  constructor(pubSub: PubSub, { bus, snapshot, hasFailed }: StreamSource, room: Followers) {
    this.#pubSub = pubSub;
    this.#bus = bus;
    this.#snapshot = snapshot;
    this.#room = room;
    this.#hasFailed = hasFailed;
    // Who comes back with the place it had asks for more of it than is kept at hand.
    this.#stream = new DurableStream(() => this.#readHistory(), {
      message: (message) => {
        // Whoever is to get a snapshot gets what came after it from there.
        if (!this.#isBroken) room.message(message);
      },
      broken: () => (this.#isBroken = true),
    });
    this.#subscription = pubSub.subscribeStream(bus, (message) => {
      if (!this.#stream.take(message as unknown as SequencedMessage)) void this.#catchUp();
    });
    this.#stopWatching = pubSub.onReconnected(() => void this.#catchUp());
    // Not before messages arrive: what is published in between would be missed.
    void this.#subscription.then(
      ({ late }) => {
        void late?.then(() => this.#catchUp());
        return this.#catchUp();
      },
      (error: unknown) => this.#hasFailed(error),
    );
  }

  /** Resolves once the channel is up to date, or has been closed. */
  async ready(): Promise<void> {
    await this.#subscription;
    await this.#catchingUp;
  }

  /**
   * What was missed is told in parts that a client can take: the first of them, {@link PART_BYTES} at most.
   * @throws what the snapshot fails with
   */
  async begin(from: ChannelPosition | undefined): Promise<Beginning> {
    const missed = from && (this.#stream.since(from) ?? (await this.#older(from)));
    const at = this.#stream.position;
    if (missed !== undefined && at?.epoch === from?.epoch && at !== undefined) {
      // What is newer than we know of comes by the room.
      const messages = this.#firstPart(missed.filter(({ seq }) => seq <= at.seq));
      const { epoch, seq } = messages.at(-1) ?? at;
      return { position: { epoch, seq }, recovered: true, messages };
    }
    let beginning: ReadSnapshot;
    let attempts = 0;
    do {
      beginning = this.#snapshotOnce();
      await beginning.snapshot;
      attempts += 1;
    } while (!this.#isWholeSince(beginning.position) && attempts < ATTEMPTS);
    return {
      position: beginning.position,
      recovered: false,
      snapshot: await beginning.snapshot,
    };
  }

  /** What came after a follower's beginning; undefined: it has to begin again. */
  after({ epoch, seq }: ChannelPosition): readonly SequencedMessage[] | undefined {
    // It enters the room as it is; once there is something to know, everybody in it gets a snapshot.
    if (this.#stream.position === undefined) {
      this.#isBroken = true;
      return [];
    }
    return this.#stream.since({ epoch, seq });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#stopWatching();
    await (await this.#subscription).unsubscribe();
  }

  #firstPart(messages: readonly SequencedMessage[]): readonly SequencedMessage[] {
    let bytes = 0;
    const end = messages.findIndex((message, i) => {
      const size = this.#bytes.get(message) ?? bytesOf(message);
      this.#bytes.set(message, size);
      bytes += size;
      return i > 0 && bytes > PART_BYTES;
    });
    return end < 0 ? messages : messages.slice(0, end);
  }

  #isWholeSince(position: ChannelPosition): boolean {
    if (this.#stream.position === undefined) return position === NOWHERE;
    return this.#stream.since(position) !== undefined;
  }

  /** One read for all who come within {@link SNAPSHOT_MS}, as long as what came after it is at hand. */
  #snapshotOnce(): ReadSnapshot {
    const shared = this.#sharedSnapshot;
    if (shared !== undefined && this.#isWholeSince(shared.position)) return shared;
    const read = { position: this.#stream.position ?? NOWHERE, snapshot: this.#snapshot() };
    this.#sharedSnapshot = read;
    const drop = () => {
      if (this.#sharedSnapshot === read) this.#sharedSnapshot = undefined;
    };
    setTimeout(drop, SNAPSHOT_MS).unref();
    read.snapshot.catch(drop);
    return read;
  }

  /** Of what this process has at hand no more: undefined when that is kept nowhere. */
  async #older(from: ChannelPosition): Promise<readonly SequencedMessage[] | undefined> {
    const before = this.#stream.position;
    if (from.epoch !== before?.epoch || from.seq > before.seq) return undefined;
    const history = await this.#historyOnce().catch(() => undefined);
    const at = this.#stream.position;
    const first = history?.messages[0];
    if (history?.epoch !== from.epoch || at === undefined || first === undefined) return undefined;
    // Read before our place was known, or after: from here on we have it at hand.
    const seam = Math.min(history.seq, at.seq);
    const newer = this.#stream.since({ epoch: history.epoch, seq: seam });
    if (first.seq > from.seq + 1 || newer === undefined) return undefined;
    return [...history.messages.filter(({ seq }) => seq > from.seq && seq <= seam), ...newer];
  }

  /** As {@link #snapshotOnce}. */
  #historyOnce(): Promise<ChannelHistory> {
    const shared = this.#sharedHistory;
    if (shared !== undefined && (!shared.end || this.#isWholeSince(shared.end))) return shared.read;
    return this.#readHistory();
  }

  #readHistory(): Promise<ChannelHistory> {
    const made: SharedHistory = { read: this.#pubSub.history(this.#bus), end: undefined };
    this.#sharedHistory = made;
    const drop = () => {
      if (this.#sharedHistory === made) this.#sharedHistory = undefined;
    };
    setTimeout(drop, HISTORY_MS).unref();
    made.read.then(({ epoch, seq }) => (made.end = { epoch, seq }), drop);
    return made.read;
  }

  /** Repeats until it is done: who follows waits for nothing else. */
  #catchUp(): Promise<void> {
    this.#again = true;
    this.#catchingUp ??= this.#untilCaughtUp();
    return this.#catchingUp;
  }

  async #untilCaughtUp(): Promise<void> {
    const { signal } = this.#closing;
    let waitMs = FIRST_RETRY_MS;
    while ((this.#again || this.#isBroken) && !signal.aborted) {
      this.#again = false;
      try {
        await this.#stream.catchUp();
        if (this.#isBroken) await this.#mend();
      } catch (error) {
        this.#again = true;
        this.#hasFailed(error);
        await sleep(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
        waitMs = Math.min(waitMs * 2, LONGEST_RETRY_MS);
      }
    }
    // In one step with the last look: whoever comes now begins another.
    this.#catchingUp = undefined;
  }

  async #mend(): Promise<void> {
    const at = this.#stream.position;
    if (at === undefined) return;
    const data = await this.#snapshot();
    const after = this.#stream.since(at);
    // Broken again meanwhile.
    if (after === undefined) return;
    this.#isBroken = false;
    this.#room.snapshot(at, data);
    for (const message of after) this.#room.message(message);
  }
}
