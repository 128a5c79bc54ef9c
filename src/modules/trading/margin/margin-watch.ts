import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { Clock } from '../../../kernel/clock.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import { QuoteTicks, type Quote } from '../../market-data/index.js';
import { isStale } from '../execution/paper/paper-model.js';
import { MarginCheck } from './margin-check.js';

/** Not with every tick: what must stand behind a short position leaves room for a second's move. */
const AT_MOST_EVERY_MS = SECOND_MS;

/** Lets prices that move be followed by what stands behind short positions. Runs where the market feed runs. */
@Injectable()
export class MarginWatch implements OnApplicationBootstrap {
  #nextMs = -Infinity;

  constructor(
    private readonly ticks: QuoteTicks,
    private readonly margin: MarginCheck,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.ticks.subscribe(({ quotes }) => this.#onTick(quotes));
  }

  async #onTick(quotes: readonly Quote[]): Promise<void> {
    const nowMs = this.clock.nowMs();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + AT_MOST_EVERY_MS;
    // On a price that is too old to trade on nobody is bought back.
    const { paper } = this.config.trading;
    await this.margin.run(quotes.filter(({ asOf }) => !isStale(paper, Date.parse(asOf), nowMs)));
  }
}
