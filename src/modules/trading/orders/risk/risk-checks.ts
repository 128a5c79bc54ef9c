import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../../config/config.js';
import { together, type Transaction } from '../../../../database/index.js';
import { money } from '../../../../kernel/money.js';
import { ExecutionsRepository } from '../../execution/executions.repository.js';
import { eachGroupOnce } from '../groups/group-exposure.js';
import type { OrderTerms } from '../order.js';
import type { OpenOrder } from '../order-statements.repository.js';
import { OrdersRepository } from '../orders.repository.js';
import { shareUnderlying } from '../underlying-lock.repository.js';
import { AccountLimitsRepository } from './account-limits.repository.js';
import { MarketChecks } from './market-checks.js';
import { assertOrderSize } from './order-limits.js';
import { assertPositionLimit, type OpenQuantity } from './position-limit.js';
import { assertWithinCollar } from './price-collar.js';
import { limitsOf } from './risk-limits.js';
import { assertNoWashTrade, type CrossingOrder } from './wash-trade.js';

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
   * @param groupId of the order's group, where it has orders already: they do not stand against it
   * @throws AppError `trading.symbol_halted`, `trading.stale_quote`, `trading.order_too_large`,
   *   `trading.price_outside_collar`, `trading.position_limit`, `trading.wash_trade`
   */
  async assertAcceptable(
    { sql }: Transaction,
    accountId: string,
    symbol: string,
    terms: OrderTerms,
    groupId?: string,
  ): Promise<void> {
    const { side } = terms;
    const { risk } = this.config.trading;
    const [, prices, ofAccount, open, position] = await together(
      shareUnderlying(sql, symbol),
      this.market.tradablePrices(sql, symbol),
      this.limits.find(sql, accountId),
      this.orders.listOpenQuantities(sql, accountId, symbol),
      this.executions.findPosition(sql, accountId, symbol),
    );
    const limits = limitsOf(risk, ofAccount);
    assertOrderSize(terms, prices, limits);
    assertWithinCollar(terms, prices, limits);
    const others = open.filter((row) => groupId === undefined || row.groupId !== groupId);
    const order = { side, left: terms.quantity };
    assertPositionLimit(
      money(position?.quantity ?? 0),
      eachGroupOnce(others).map(toOpenQuantity),
      order,
      prices,
      limits,
    );
    if (risk.refusesWashTrades) assertNoWashTrade(terms, others.map(toCrossingOrder));
  }
}

function toOpenQuantity({ side, quantity, filledQuantity }: OpenOrder): OpenQuantity {
  return { side, left: money(quantity).minus(filledQuantity) };
}

function toCrossingOrder({ id, side, limitPrice }: OpenOrder): CrossingOrder {
  return { id, side, limitPrice: limitPrice === null ? undefined : money(limitPrice) };
}
