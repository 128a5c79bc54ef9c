import type { ChannelPosition, SequencedMessage } from '../../redis/index.js';
import { Frame } from './frame.js';

/** Whoever is sent frames. */
export interface Follower {
  send(frame: Frame): void;
}

/** The clients of this process that follow a stream and are up to date with it. */
export class Room {
  readonly #clients = new Set<Follower>();
  readonly #channel: string;
  readonly #isTransient: boolean;

  /** @param channel as clients call it: what instances call it may hold a user's id. */
  constructor(channel: string, isTransient: boolean) {
    this.#channel = channel;
    this.#isTransient = isTransient;
  }

  get size(): number {
    return this.#clients.size;
  }

  enter(client: Follower): void {
    this.#clients.add(client);
  }

  leave(client: Follower): void {
    this.#clients.delete(client);
  }

  message(message: SequencedMessage): void {
    if (this.#clients.size > 0) this.#send(this.frameOf(message));
  }

  /** Takes the place of all that was sent before. */
  snapshot(at: ChannelPosition, data: unknown): void {
    this.#send(this.snapshotFrame(at, data));
  }

  frameOf(message: SequencedMessage): Frame {
    return new Frame('message', { ...message, channel: this.#channel }, this.#isTransient);
  }

  snapshotFrame({ epoch, seq }: ChannelPosition, data: unknown): Frame {
    const body = { channel: this.#channel, epoch, seq, data };
    return new Frame('snapshot', body, this.#isTransient);
  }

  #send(frame: Frame): void {
    for (const client of this.#clients) client.send(frame);
  }
}
