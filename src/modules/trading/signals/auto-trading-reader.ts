import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../database/index.js';
import { money, type Money } from '../../../kernel/money.js';
import { ExecutionsRepository } from '../execution/executions.repository.js';
import type { BestPrices, OrderSide } from '../orders/order.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import { exposureOf } from '../orders/risk/position-limit.js';
import type { AutoTradingFacts } from './auto-trading.js';

export interface SuggestedOrder {
  readonly symbol: string;
  readonly side: OrderSide;
  readonly shares: Money;
}

/** What the limits of automatic trading ask of an account. */
@Injectable()
export class AutoTradingReader {
  constructor(
    private readonly orders: OrdersRepository,
    private readonly executions: ExecutionsRepository,
  ) {}

  /** The account must be locked. */
  async facts(
    sql: Sql,
    accountId: string,
    { symbol, side, shares }: SuggestedOrder,
    { bid, ask }: BestPrices,
  ): Promise<Omit<AutoTradingFacts, 'dayPnl'>> {
    const positions = await this.executions.listPositions(sql, accountId);
    const working = await this.orders.listWorking(sql, accountId, undefined);
    const held = positions.filter(({ quantity }) => !money(quantity).isZero());
    const bought = working.filter((order) => order.side === 'buy');
    const open = new Set([...held, ...bought].map((each) => each.symbol));
    const own = held.find((position) => position.symbol === symbol);
    const orders = working
      .filter((order) => order.symbol === symbol)
      .map((order) => ({
        side: order.side,
        left: money(order.quantity).minus(order.filledQuantity),
      }));
    const { long } = exposureOf(money(own?.quantity ?? 0), [...orders, { side, left: shares }]);
    const isOpen = open.delete(symbol);
    return {
      ...{ side, isOpen, otherPositions: open.size },
      orderNotional: shares.times(side === 'buy' ? ask : bid),
      positionNotional: long.times(ask),
    };
  }
}
