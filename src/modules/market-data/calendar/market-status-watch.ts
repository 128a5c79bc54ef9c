import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { MINUTE_MS } from '../../../kernel/duration.js';
import { LivePublisher } from '../../../realtime/index.js';
import { marketStatusChannel } from '../market-data.channels.js';
import { QuoteTicks } from '../quotes/quote-ticks.js';
import { marketStatusAt } from './market-status.js';

/**
 * Tells that the market opens or closes, where the quote feed runs. The first tick is compared with the minute
 * before it: a feed that takes over from another may tell a change once more, but never swallows it.
 */
@Injectable()
export class MarketStatusWatch implements OnApplicationBootstrap {
  #lastMinuteMs: number | undefined;

  constructor(
    private readonly ticks: QuoteTicks,
    private readonly live: LivePublisher,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.ticks.subscribe(() => this.#onTick());
  }

  async #onTick(): Promise<void> {
    const minuteMs = Math.floor(this.clock.nowMs() / MINUTE_MS) * MINUTE_MS;
    if (minuteMs === this.#lastMinuteMs) return;
    const before = marketStatusAt(this.#lastMinuteMs ?? minuteMs - MINUTE_MS);
    this.#lastMinuteMs = minuteMs;
    const status = marketStatusAt(minuteMs);
    if (status.state !== before.state) await this.live.publish(marketStatusChannel, {}, status);
  }
}
