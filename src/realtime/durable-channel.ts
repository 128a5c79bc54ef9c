import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelPosition, PubSub, SequencedMessage, Subscription } from '../redis/index.js';
import { DurableStream } from './durable-stream.js';

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;
/** A snapshot is read anew where the stream broke while it was read; so often, and then whoever asks is told. */
const ATTEMPTS = 3;

/** Everybody in this process who follows the channel, and is up to date with it. */
export interface Room {
  message(message: SequencedMessage): void;
  /** Takes the place of all that was sent before. */
  snapshot(at: ChannelPosition, data: unknown): void;
}

/** What a follower begins with; the messages after `position` follow. */
export type Beginning = { readonly position: ChannelPosition } & (
  | { readonly recovered: true; readonly messages: readonly SequencedMessage[] }
  | { readonly recovered: false; readonly snapshot: unknown }
);

/** Before anything is known of a channel: no message has this place. */
export const NOWHERE: ChannelPosition = { epoch: '', seq: 0 };

/**
 * A durable channel in this process: one subscription and one history for all who follow it. Each of them gets every
 * message once and in order; what nobody can tell any more is replaced by a snapshot, and all are told so.
 */
export class DurableChannel {
  readonly #pubSub: PubSub;
  readonly #bus: string;
  readonly #snapshot: () => Promise<unknown>;
  readonly #room: Room;
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

  constructor(
    pubSub: PubSub,
    { bus, snapshot }: { readonly bus: string; readonly snapshot: () => Promise<unknown> },
    room: Room,
    hasFailed: (error: unknown) => void,
  ) {
    this.#pubSub = pubSub;
    this.#bus = bus;
    this.#snapshot = snapshot;
    this.#room = room;
    this.#hasFailed = hasFailed;
    this.#stream = new DurableStream(() => pubSub.history(bus), {
      message: (message) => {
        // Whoever is to get a snapshot gets what came after it from there.
        if (!this.#isBroken) room.message(message);
      },
      broken: () => (this.#isBroken = true),
    });
    this.#subscription = pubSub.subscribe(bus, (message) => {
      if (!this.#stream.take(message as unknown as SequencedMessage)) void this.#catchUp();
    });
    this.#stopWatching = pubSub.onReconnected(() => void this.#catchUp());
    // Not before messages arrive: what is published in between would be missed.
    void this.#subscription.then(
      () => this.#catchUp(),
      (error: unknown) => this.#hasFailed(error),
    );
  }

  /** Resolves once the channel is up to date, or has been closed. */
  async ready(): Promise<void> {
    await this.#subscription;
    await this.#catchingUp;
  }

  /** @throws what the snapshot fails with */
  async begin(from: ChannelPosition | undefined): Promise<Beginning> {
    const missed = from && (this.#stream.since(from) ?? (await this.#older(from)));
    const at = this.#stream.position;
    if (missed !== undefined && at?.epoch === from?.epoch && at !== undefined) {
      // What is newer than we know of comes by the room.
      const messages = missed.filter(({ seq }) => seq <= at.seq);
      const { epoch, seq } = messages.at(-1) ?? at;
      return { position: { epoch, seq }, recovered: true, messages };
    }
    let beginning: Beginning;
    let attempts = 0;
    do {
      const position = this.#stream.position ?? NOWHERE;
      beginning = { position, recovered: false, snapshot: await this.#snapshot() };
      attempts += 1;
    } while (this.after(beginning.position) === undefined && attempts < ATTEMPTS);
    return beginning;
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

  /** Of what this process has at hand no more. */
  async #older(from: ChannelPosition): Promise<readonly SequencedMessage[] | undefined> {
    if (from.epoch !== this.#stream.position?.epoch || from.seq > this.#stream.position.seq) {
      return undefined;
    }
    const { epoch, messages } = await this.#pubSub
      .history(this.#bus, from.seq)
      .catch(() => ({ epoch: '', messages: [] }));
    const isWhole = epoch === from.epoch && messages[0]?.seq === from.seq + 1;
    return isWhole ? messages : undefined;
  }

  /** Repeats until it is done: who follows waits for nothing else. */
  #catchUp(): Promise<void> {
    this.#again = true;
    this.#catchingUp ??= this.#untilCaughtUp().finally(() => (this.#catchingUp = undefined));
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
