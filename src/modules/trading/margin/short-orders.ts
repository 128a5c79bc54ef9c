import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import type { Transaction } from '../../../database/index.js';
import { Money, money } from '../../../kernel/money.js';
import type { Instrument } from '../../market-data/index.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import type { PositionRow } from '../execution/executions.table.js';
import { feeOf } from '../execution/paper/fees.js';
import { paperModel, type PaperModel } from '../execution/paper/paper-model.js';
import type { Holding } from '../ledger/postings.js';
import { assertOneWay } from '../orders/one-way.js';
import { notFractionable } from '../orders/order-size.errors.js';
import { dearestSale, type BestPrices, type OrderTerms } from '../orders/order.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import type { PlaceOrder } from '../trading.dto.js';
import { insufficientFunds } from '../trading.errors.js';
import { availableCash, toPledgedPosition } from '../trading.mappers.js';
import { freedBy } from './fill-collateral.js';
import { AccountEquity } from './account-equity.js';
import { notShortable } from './margin.errors.js';
import { initialMargin } from './short-margin.js';

/** Orders that sell short, and those that buy back. */
@Injectable()
export class ShortOrders {
  readonly #paper: PaperModel;

  constructor(
    private readonly orders: OrdersRepository,
    private readonly equity: AccountEquity,
    @Inject(Config) config: Config,
  ) {
    this.#paper = paperModel(config.trading.paper);
  }

  /** Whether a sale is one of shares that are borrowed: nothing is held, and the account may. */
  isShortSale({ shortSelling }: AccountRow, position: PositionRow | undefined): boolean {
    return shortSelling && money(position?.quantity ?? 0).lte(0);
  }

  /**
   * What a short sale holds back: the initial margin at its dearest, and its fee. What it brings is held with the fill.
   * The account must be locked.
   * @throws AppError `trading.not_shortable`, `trading.not_fractionable` for parts of a share and by notional,
   *   `trading.opposite_order`, `trading.equity_below_minimum`, `trading.insufficient_funds`
   */
  async holding(
    transaction: Transaction,
    account: AccountRow,
    instrument: Instrument,
    request: PlaceOrder,
    { terms, prices, position }: Sale,
  ): Promise<Holding> {
    const { symbol, side, notional } = request;
    const { quantity } = terms;
    if (!instrument.shortable) throw notShortable(symbol);
    if (notional !== undefined || !quantity.isInteger()) throw notFractionable(symbol);
    const working = await this.orders.listWorking(transaction.sql, account.id, symbol);
    assertOneWay(working, request, money(position?.quantity ?? 0));
    await this.equity.assertMinimum(transaction.sql, account);
    const price = dearestSale(terms, prices);
    const fees = feeOf(this.#paper.fees, { side, quantity, notional: price.times(quantity) });
    const required = initialMargin(price).times(quantity).plus(fees);
    const available = availableCash(account);
    if (required.gt(available)) throw insufficientFunds(required, available);
    return { cash: required, shares: money(0), fees };
  }

  /**
   * USD of what a purchase costs that it frees itself, because it buys back. The account must be locked.
   * @throws AppError `trading.opposite_order` for more than is owed, or beside a short sale that works
   */
  async freedByPurchase(
    transaction: Transaction,
    { id, shortSelling }: AccountRow,
    request: PlaceOrder,
    position: PositionRow | undefined,
  ): Promise<Money> {
    const held = money(position?.quantity ?? 0);
    if (held.gt(0) || (held.isZero() && !shortSelling)) return money(0);
    const working = await this.orders.listWorking(transaction.sql, id, request.symbol);
    assertOneWay(working, request, held);
    return freedBy(toPledgedPosition(position), money(request.quantity));
  }
}

export interface Sale {
  readonly terms: OrderTerms;
  readonly prices: BestPrices;
  readonly position: PositionRow | undefined;
}
