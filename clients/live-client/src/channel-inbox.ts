import type { Followed, LiveMessage, LiveSnapshot, Position } from './protocol.js';

/** What is done with a channel's news. The next is handed over once a promise of the one before has settled. */
export interface Handlers<Message, Snapshot> {
  /** What is true now: it takes the place of all before. */
  onSnapshot(this: void, data: Snapshot, snapshot: LiveSnapshot<Snapshot>): void | Promise<void>;
  onMessage(this: void, data: Message, message: LiveMessage<Message>): void | Promise<void>;
  /** Messages were missed that nobody can tell any more; a snapshot comes next. */
  onLost?(this: void): void | Promise<void>;
}

/** What became of a message: `gap`: one before it is missing; `full`: the handlers are too far behind. */
export type Verdict = 'taken' | 'known' | 'gap' | 'full';

type Item =
  | { readonly kind: 'message'; readonly message: LiveMessage }
  | { readonly kind: 'snapshot'; readonly snapshot: LiveSnapshot; readonly isAfterLoss: boolean };

/**
 * The news of one channel on their way to its handlers: each once and in order. Of a durable channel none is left out; of
 * a transient one the latest that was not handed over yet takes the place of those before.
 */
export class ChannelInbox {
  readonly #isDurable: boolean;
  readonly #handlers: Handlers<unknown, unknown>;
  readonly #hasFailed: (error: unknown) => void;
  readonly #capacity: number;
  readonly #waiting: Item[] = [];
  #place: Position | undefined;
  #handingOver: Promise<void> | undefined;
  #isClosed = false;

  /**
   * @param hasFailed told what a handler throws: the next news come all the same
   * @param capacity messages that may wait for the handlers
   */
  constructor(
    isDurable: boolean,
    handlers: Handlers<unknown, unknown>,
    hasFailed: (error: unknown) => void,
    capacity: number,
  ) {
    this.#isDurable = isDurable;
    this.#handlers = handlers;
    this.#hasFailed = hasFailed;
    this.#capacity = capacity;
  }

  /** From where to go on: everything up to here has been taken. undefined: from the beginning. */
  get place(): Position | undefined {
    return this.#isDurable ? this.#place : undefined;
  }

  /** The handlers are far behind: {@link settled} tells when they have caught up. */
  get isFull(): boolean {
    return this.#isDurable && this.#waiting.length >= this.#capacity;
  }

  /** How the channel begins on this connection. @returns false: its messages do not follow on our place */
  begin(followed: Followed): boolean {
    if (!followed.recovered) {
      const { channel, epoch, seq, snapshot } = followed;
      this.snapshot({ channel, epoch, seq, data: snapshot });
      return true;
    }
    return followed.messages.every((message) => this.#take(message) !== 'gap');
  }

  snapshot(snapshot: LiveSnapshot): void {
    const { epoch, seq } = snapshot;
    const isAfterLoss = this.#isDurable && (this.#place?.epoch ?? '') !== '';
    this.#place = { epoch, seq };
    // Where the latest counts, those of before count no more.
    if (!this.#isDurable) this.#waiting.length = 0;
    this.#add({ kind: 'snapshot', snapshot, isAfterLoss });
  }

  message(message: LiveMessage): Verdict {
    if (this.isFull) return 'full';
    return this.#take(message);
  }

  /** Resolves once everything that was taken has been handed over. */
  async settled(): Promise<void> {
    await this.#handingOver;
  }

  /** Hands over nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#waiting.length = 0;
  }

  #take(message: LiveMessage): Verdict {
    const { epoch, seq } = message;
    const place = this.#place;
    const isSameEpoch = place?.epoch === epoch;
    if (isSameEpoch && seq <= place.seq) return 'known';
    if (this.#isDurable && !(isSameEpoch && seq === place.seq + 1)) return 'gap';
    this.#place = { epoch, seq };
    if (!this.#isDurable) this.#waiting.length = 0;
    this.#add({ kind: 'message', message });
    return 'taken';
  }

  #add(item: Item): void {
    if (this.#isClosed) return;
    this.#waiting.push(item);
    this.#handingOver ??= this.#handOver();
  }

  async #handOver(): Promise<void> {
    // Not within the call that brought it: a handler may bring more.
    await Promise.resolve();
    for (let item = this.#waiting.shift(); item !== undefined; item = this.#waiting.shift()) {
      try {
        await this.#tell(item);
      } catch (error) {
        this.#hasFailed(error);
      }
    }
    // In one step with the last look: what comes next begins anew.
    this.#handingOver = undefined;
  }

  async #tell(item: Item): Promise<void> {
    if (item.kind === 'message') {
      await this.#handlers.onMessage(item.message.data, item.message);
      return;
    }
    if (item.isAfterLoss) await this.#handlers.onLost?.();
    await this.#handlers.onSnapshot(item.snapshot.data, item.snapshot);
  }
}
