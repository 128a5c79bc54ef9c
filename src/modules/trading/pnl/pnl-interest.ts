import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import { LiveStreams } from '../../../realtime/index.js';
import { Bus } from '../../../redis/index.js';
import { positionsChannel } from '../trading.channels.js';
import { namedInPages, pnlWatched, WATCH_BEAT_MS } from './pnl-watch.js';

/** Who has read is served on ticks for as long as what it read is cached. */
const READER_MS = 30 * SECOND_MS;
/** More than so many who only read are not remembered; who follows always is. */
const MAX_READERS = 5_000;

/** Tells the feed whose profit is looked at through this instance: on a socket, or by reading it. */
@Injectable()
export class PnlInterest implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Until when, by user; in the order of their last reading. */
  readonly #readers = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly streams: LiveStreams,
    private readonly bus: Bus,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.#beat(), WATCH_BEAT_MS).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  noteReader(userId: string): void {
    this.#readers.delete(userId);
    this.#readers.set(userId, this.clock.nowMs() + READER_MS);
    const [oldest] = this.#readers.keys();
    if (this.#readers.size > MAX_READERS && oldest !== undefined) this.#readers.delete(oldest);
  }

  async #beat(): Promise<void> {
    const nowMs = this.clock.nowMs();
    for (const [userId, untilMs] of this.#readers) {
      if (untilMs <= nowMs) this.#readers.delete(userId);
    }
    const followers = this.streams.followersOf(positionsChannel);
    for (const userIds of namedInPages([...followers, ...this.#readers.keys()])) {
      // Without the bus no message would reach the sockets either; the next beat says it again.
      await this.bus.publish(pnlWatched, { userIds }).catch(() => undefined);
    }
  }
}
