import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../../config/config.js';
import { together, type Transaction } from '../../../../database/index.js';
import { money } from '../../../../kernel/money.js';
import { ExecutionsRepository } from '../../execution/executions.repository.js';
import type { OrderTerms } from '../order.js';
import { OrdersRepository } from '../orders.repository.js';
import { AccountLimitsRepository } from './account-limits.repository.js';
import { MarketChecks } from './market-checks.js';
import { assertOrderSize } from './order-limits.js';
import { assertPositionLimit } from './position-limit.js';
import { assertWithinCollar } from './price-collar.js';
import { limitsOf } from './risk-limits.js';
import { assertNoWashTrade } from './wash-trade.js';

/** What an order must pass before it is accepted, beside that the account can pay for it. */
@Injectable()
export class RiskChecks {
  constructor(
    private readonly market: MarketChecks,
    private readonly limits: AccountLimitsRepository,
    private readonly orders: OrdersRepository,
    private readonly executions: ExecutionsRepository,
    @Inject(Config) private readonly config: Config,
  ) {}

  /**
   * The account must be locked, the symbol known.
   * @throws AppError `trading.symbol_halted`, `trading.stale_quote`, `trading.order_too_large`,
   *   `trading.price_outside_collar`, `trading.position_limit`, `trading.wash_trade`
   */
  async assertAcceptable(
    { sql }: Transaction,
    accountId: string,
    symbol: string,
    terms: OrderTerms,
  ): Promise<void> {
    const { side } = terms;
    const { risk } = this.config.trading;
    const [prices, ofAccount, open, position] = await together(
      this.market.tradablePrices(sql, symbol),
      this.limits.find(sql, accountId),
      this.orders.listOpenQuantities(sql, accountId, symbol),
      this.executions.findPosition(sql, accountId, symbol),
    );
    const limits = limitsOf(risk, ofAccount);
    assertOrderSize(terms, prices, limits);
    assertWithinCollar(terms, prices, limits);
    const working = open.map((row) => ({
      id: row.id,
      side: row.side,
      limitPrice: row.limitPrice === null ? undefined : money(row.limitPrice),
      left: money(row.quantity).minus(row.filledQuantity),
    }));
    const order = { side, left: terms.quantity };
    assertPositionLimit(money(position?.quantity ?? 0), working, order, prices, limits);
    if (risk.refusesWashTrades) assertNoWashTrade(terms, working);
  }
}
