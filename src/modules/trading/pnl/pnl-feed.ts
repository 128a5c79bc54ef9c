import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { LivePublisher } from '../../../realtime/index.js';
import { Bus, type Subscription } from '../../../redis/index.js';
import { QuoteTicks } from '../../market-data/index.js';
import { positionsChannel } from '../trading.channels.js';
import type { ValuedPosition } from '../trading.dto.js';
import { pnlWatched, Watchers } from './pnl-watch.js';
import { changedPositions } from './position-pnl.js';
import { PositionPnlService, type UserPnl } from './position-pnl.service.js';

/** No two messages about a position within this time. */
const PACE_MS = 250;
/** Users served at once: of so many are one query, and the messages and cache entries that follow. */
const PAGE = 200;
/** A tick goes on to further pages for so long; who is not served then is the first with the next. */
const BUSY_MS = 250;

/**
 * On ticks, values the positions of who is watching: replaces the cached view and sends what changed.
 * Runs where the market feed runs; costs nothing while nobody watches.
 */
@Injectable()
export class PnlFeed implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #watchers = new Watchers();
  /** By user and symbol; only of who is watching. */
  #sent = new Map<string, ReadonlyMap<string, ValuedPosition>>();
  #lastMs = Number.NEGATIVE_INFINITY;
  #subscription: Subscription | undefined;

  constructor(
    private readonly ticks: QuoteTicks,
    private readonly pnl: PositionPnlService,
    private readonly bus: Bus,
    private readonly live: LivePublisher,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.ticks.subscribe(() => this.#onTick());
    this.#subscription = await this.bus.subscribe(pnlWatched, ({ userIds }) => {
      this.#watchers.hear(userIds, this.clock.nowMs());
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#subscription?.unsubscribe();
  }

  async #onTick(): Promise<void> {
    const nowMs = this.clock.nowMs();
    // A clock that was set back is followed.
    if (Math.abs(nowMs - this.#lastMs) < PACE_MS) return;
    const watching = this.#watchers.now(nowMs);
    this.#sent = new Map([...this.#sent].filter(([userId]) => watching.has(userId)));
    if (watching.size === 0) return;
    this.#lastMs = nowMs;
    for (let left = watching.size; left > 0 && this.clock.nowMs() - nowMs < BUSY_MS; left -= PAGE) {
      await this.#serve(this.#watchers.next(Math.min(left, PAGE)));
    }
  }

  async #serve(userIds: readonly string[]): Promise<void> {
    const users = await this.pnl.refresh(userIds);
    // From when they were valued on: a slow start must not bring this message close to the next.
    this.#lastMs = this.clock.nowMs();
    await Promise.all(users.map((user) => this.#send(user)));
  }

  async #send({ userId, positions, pnl }: UserPnl): Promise<void> {
    const changed = changedPositions(this.#sent.get(userId) ?? new Map(), positions);
    this.#sent.set(userId, new Map(positions.map((position) => [position.symbol, position])));
    if (changed.length === 0) return;
    await this.live.publish(positionsChannel, { userId }, { ...pnl, positions: changed });
  }
}
