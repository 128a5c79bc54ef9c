import type { ChannelHistory, ChannelPosition, SequencedMessage } from '../../redis/index.js';

/** Messages that come while the history is read wait for it; more than these, and it is read again instead. */
const MAX_WAITING = 1_000;
/** Of the messages at hand, as JSON: those of before are read again when somebody asks for them. */
export const MAX_BYTES_AT_HAND = 256 * 1024;

interface Remembered {
  readonly message: SequencedMessage;
  readonly bytes: number;
}

export interface DurableStreamEvents {
  /** The next message: none was missed before it. */
  message(message: SequencedMessage): void;
  /** Something was missed that nobody can tell any more: whoever follows needs a snapshot. */
  broken(): void;
}

/**
 * What this process knows of a durable channel: where it stands, and its latest messages. Whatever is lost on the way
 * from Redis is noticed, and read from the history; what the history does not have breaks the stream.
 */
export class DurableStream {
  readonly #read: () => Promise<ChannelHistory>;
  readonly #events: DurableStreamEvents;
  #position: ChannelPosition | undefined;
  /** Without gaps, the last one at {@link position}. */
  #recent: Remembered[] = [];
  #bytes = 0;
  #waiting: SequencedMessage[] | undefined;
  #reading: Promise<void> | undefined;
  #readAgain = false;

  /** @param read the history, as it is kept. */
  constructor(read: () => Promise<ChannelHistory>, events: DurableStreamEvents) {
    this.#read = read;
    this.#events = events;
  }

  /** undefined: not known yet. */
  get position(): ChannelPosition | undefined {
    return this.#position;
  }

  /** What came after `from`, up to {@link position}; undefined: not all of it is at hand, or it is another epoch. */
  since(from: ChannelPosition): readonly SequencedMessage[] | undefined {
    const at = this.#position;
    if (at === undefined || at.epoch !== from.epoch || from.seq > at.seq) return undefined;
    const missed = at.seq - from.seq;
    if (missed > this.#recent.length) return undefined;
    return this.#recent.slice(this.#recent.length - missed).map(({ message }) => message);
  }

  /** A message as it came from the bus. @returns false: one before it was missed, {@link catchUp}. */
  take(message: SequencedMessage): boolean {
    if (this.#reading === undefined) return this.#accept(message);
    if (this.#waiting === undefined || this.#waiting.length >= MAX_WAITING) {
      this.#waiting = undefined;
      this.#readAgain = true;
    } else this.#waiting.push(message);
    return true;
  }

  /**
   * Reads what may have been missed: at first, after the connection was lost, and when {@link take} says so.
   * Rejects when the history cannot be read; call it again then.
   */
  catchUp(): Promise<void> {
    // A read that is under way may have looked too early.
    if (this.#reading !== undefined) this.#readAgain = true;
    this.#reading ??= this.#catchUp();
    return this.#reading;
  }

  async #catchUp(): Promise<void> {
    try {
      do {
        this.#readAgain = false;
        this.#waiting = [];
        this.#adopt(await this.#read());
        const waiting: readonly SequencedMessage[] = this.#waiting ?? [];
        this.#waiting = [];
        // Those of another epoch, or after a gap: the next reading tells.
        for (const message of waiting) this.#readAgain = !this.#accept(message) || this.#readAgain;
      } while (this.#readAgain);
    } finally {
      // In one step with the last look: nobody reads any more what comes now and would wait.
      this.#reading = undefined;
      this.#waiting = undefined;
    }
  }

  #adopt(history: ChannelHistory): void {
    const before = this.#position;
    const isSame = before?.epoch === history.epoch;
    // Read before the message that stands at our place was published.
    if (isSame && history.seq <= before.seq) return;
    const [first] = history.messages;
    if (isSame && first !== undefined && first.seq <= before.seq + 1) {
      for (const message of history.messages) if (message.seq > before.seq) this.#keep(message);
      return;
    }
    this.#recent = [];
    this.#bytes = 0;
    this.#position = { epoch: history.epoch, seq: history.seq };
    for (const message of history.messages) this.#remember(message);
    if (before !== undefined) this.#events.broken();
  }

  /** @returns false: it is not the next one. */
  #accept(message: SequencedMessage): boolean {
    const at = this.#position;
    if (at === undefined || message.epoch !== at.epoch) return false;
    if (message.seq <= at.seq) return true;
    if (message.seq > at.seq + 1) return false;
    this.#keep(message);
    return true;
  }

  #keep(message: SequencedMessage): void {
    this.#position = { epoch: message.epoch, seq: message.seq };
    this.#remember(message);
    this.#events.message(message);
  }

  #remember(message: SequencedMessage): void {
    const bytes = bytesOf(message);
    this.#recent.push({ message, bytes });
    this.#bytes += bytes;
    let dropped = 0;
    while (this.#bytes > MAX_BYTES_AT_HAND && dropped < this.#recent.length - 1) {
      this.#bytes -= this.#recent[dropped]?.bytes ?? 0;
      dropped += 1;
    }
    if (dropped > 0) this.#recent.splice(0, dropped);
  }
}

/** Of its JSON in UTF-8, about: clients call the channel by a shorter name. */
export function bytesOf(message: SequencedMessage): number {
  return Buffer.byteLength(JSON.stringify(message));
}
