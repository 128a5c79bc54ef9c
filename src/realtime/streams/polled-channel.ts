import type { Clock } from '../../kernel/clock.js';
import { newId } from '../../kernel/ids.js';
import type { JsonValue } from '../../kernel/json.js';
import type { Polling } from '../channels/channel-definition.js';
import type { ChannelPosition, SequencedMessage } from '../../redis/index.js';
import type { Beginning, Followers, LiveStream } from './live-stream.js';
import type { StreamSource } from './stream-source.js';

/**
 * A channel of figures that nobody publishes: this process reads them while somebody follows here, and tells those that
 * have changed. The latest counts, as on a transient channel.
 */
export class PolledChannel implements LiveStream {
  readonly #source: StreamSource;
  readonly #followers: Followers;
  readonly #clock: Clock;
  readonly #timer: NodeJS.Timeout;
  readonly #noNews: readonly string[];
  readonly #epoch = newId();
  #latest: SequencedMessage | undefined;
  #text: string | undefined;
  #looking: Promise<SequencedMessage> | undefined;

  constructor(
    source: StreamSource,
    followers: Followers,
    clock: Clock,
    { everyMs, noNews = [] }: Polling,
  ) {
    this.#source = source;
    this.#followers = followers;
    this.#clock = clock;
    this.#noNews = noNews;
    this.#timer = setInterval(() => void this.#poll(), everyMs).unref();
  }

  async ready(): Promise<void> {
    // There is nothing to wait for: whoever begins reads.
  }

  async begin(): Promise<Beginning> {
    const { epoch, seq, data } = this.#latest ?? (await this.#look());
    return { position: { epoch, seq }, recovered: false, snapshot: data };
  }

  after({ seq }: ChannelPosition): readonly SequencedMessage[] {
    return this.#latest !== undefined && this.#latest.seq > seq ? [this.#latest] : [];
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
  }

  async #poll(): Promise<void> {
    // A slow reading is waited for, not joined by the next.
    if (this.#looking !== undefined) return;
    try {
      await this.#look();
    } catch (error) {
      this.#source.hasFailed(error);
    }
  }

  #look(): Promise<SequencedMessage> {
    this.#looking ??= this.#read().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #read(): Promise<SequencedMessage> {
    const data = await this.#source.snapshot();
    const text = JSON.stringify(data, (field, value: unknown) =>
      this.#noNews.includes(field) ? undefined : value,
    );
    if (this.#latest !== undefined && text === this.#text) {
      // Who begins now is told as of now.
      this.#latest = Object.freeze({ ...this.#latest, data: data as JsonValue });
      return this.#latest;
    }
    this.#text = text;
    this.#latest = Object.freeze({
      channel: this.#source.bus,
      epoch: this.#epoch,
      seq: (this.#latest?.seq ?? 0) + 1,
      ts: new Date(this.#clock.nowMs()).toISOString(),
      data: data as JsonValue,
    });
    // In one step: who begins meanwhile has it already.
    this.#followers.message(this.#latest);
    return this.#latest;
  }
}
