import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { Database, Outbox } from '../../database/index.js';
import { Clock } from '../../kernel/clock.js';
import { money, moneyText } from '../../kernel/money.js';
import { QuoteTicks, type Quote } from '../market-data/index.js';
import { tradesToJudge } from './judged-trades.js';
import { PriceAlertFired } from './price-alerts.events.js';
import { PriceAlertsRepository } from './price-alerts.repository.js';

/** What one transaction fires: a price that very many wait for is told of in several. */
const BATCH = 500;

/** Fires the alerts that a tick has reached. Runs where the market feed runs. */
@Injectable()
export class PriceAlertWatch implements OnApplicationBootstrap {
  constructor(
    private readonly ticks: QuoteTicks,
    private readonly alerts: PriceAlertsRepository,
    private readonly database: Database,
    private readonly outbox: Outbox,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.ticks.subscribe(async ({ quotes }) => void (await this.fire(quotes)));
  }

  /**
   * Each alert once, with the event of it in the same transaction. It goes on with the same quotes until nothing is left for it, or
   * they are too old: who waits behind many others is not forgotten when the price goes back. Not only until a batch is not
   * full: of two workers that share one, neither has a full one.
   * @returns how many have fired
   */
  async fire(quotes: readonly Quote[]): Promise<number> {
    let all = 0;
    for (;;) {
      const fired = await this.#fireSome(quotes);
      if (fired === 0) return all;
      all += fired;
    }
  }

  async #fireSome(quotes: readonly Quote[]): Promise<number> {
    const nowMs = this.clock.nowMs();
    const trades = tradesToJudge(quotes, this.config.trading.paper, nowMs);
    if (trades.length === 0) return 0;
    const firedAt = new Date(nowMs);
    return this.database.transaction(async (transaction) => {
      const fired = await this.alerts.fire(transaction.sql, trades, firedAt, BATCH);
      for (const { id: alertId, userId, symbol, direction, price, firedPrice } of fired) {
        await this.outbox.publish(transaction, PriceAlertFired, {
          userId,
          alertId,
          symbol,
          direction,
          price: moneyText(money(price)),
          firedPrice: moneyText(money(firedPrice ?? price)),
          firedAt: firedAt.toISOString(),
        });
      }
      return fired.length;
    });
  }
}
