import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { DAY_MS } from '../../../kernel/duration.js';
import { money, sumOf, type Money } from '../../../kernel/money.js';
import { PositionsService } from '../accounts/positions.service.js';
import { TradeHistory } from '../execution/trade-history.js';

/** What an account has won or lost today. */
@Injectable()
export class DayPnl {
  constructor(
    private readonly history: TradeHistory,
    private readonly positions: PositionsService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * USD: what was realised since midnight UTC, and what is open now, whenever it was bought: a loss that is not sold is
   * one all the same. Not within a transaction: it reads on its own.
   */
  async of(userId: string): Promise<Money> {
    const dayStart = new Date(Math.floor(this.clock.nowMs() / DAY_MS) * DAY_MS);
    let realized = money(0);
    for await (const { realizedPnl } of this.history.closedTrades(userId, dayStart)) {
      realized = realized.plus(realizedPnl);
    }
    const { positions } = await this.positions.statement(userId);
    return realized.plus(sumOf(positions.map(({ unrealizedPnl }) => unrealizedPnl ?? 0)));
  }
}
