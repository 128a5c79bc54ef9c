import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import type { Transaction } from '../../../database/index.js';
import { money, type Money } from '../../../kernel/money.js';
import { QuotesService } from '../../market-data/index.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { ExecutionsRepository } from '../execution/executions.repository.js';
import { feeOf } from '../execution/paper/fees.js';
import { paperModel, type PaperModel } from '../execution/paper/paper-model.js';
import { worstSlippage } from '../execution/paper/slippage.js';
import { cashToReserve, type OrderTerms } from './order.js';
import { NOT_TRIGGERED, termsAtAcceptance, type TriggerState } from './order-prices.js';
import type { Holding } from '../ledger/postings.js';
import { availableCash } from '../trading.mappers.js';
import type { PlaceOrder } from '../trading.dto.js';
import {
  insufficientFunds,
  insufficientPosition,
  tooManyOrders,
  unknownSymbol,
} from '../trading.errors.js';
import { OrderRules } from './order-rules.js';
import { OrdersRepository } from './orders.repository.js';
import { RiskChecks } from './risk/risk-checks.js';

/** Of a group that has orders already. */
export interface OfGroup {
  readonly groupId?: string | undefined;
  /** Another order of it holds back what this one sells. */
  readonly isCovered: boolean;
}

const ALONE: OfGroup = { isCovered: false };

/** Whether an account can pay for an order, or holds what it sells, after all it has promised already. */
@Injectable()
export class BuyingPower {
  readonly #paper: PaperModel;

  constructor(
    private readonly executions: ExecutionsRepository,
    private readonly orders: OrdersRepository,
    private readonly quotes: QuotesService,
    readonly rules: OrderRules,
    private readonly risk: RiskChecks,
    @Inject(Config) private readonly config: Config,
  ) {
    this.#paper = paperModel(config.trading.paper);
  }

  /**
   * What the order must hold back, once it has passed the risk checks; the account must be locked.
   * @throws AppError `trading.unknown_symbol`, `trading.insufficient_funds`, `trading.insufficient_position`,
   *   `trading.uncovered_option`, `trading.bad_lots`, `trading.too_many_orders`, `trading.stop_price_reached`; as
   *   {@link RiskChecks.assertAcceptable}
   */
  async reserve(
    transaction: Transaction,
    account: AccountRow,
    request: PlaceOrder,
    trigger: TriggerState = NOT_TRIGGERED,
    { groupId, isCovered }: OfGroup = ALONE,
  ): Promise<Holding> {
    if (!this.quotes.findInstrument(request.symbol)) throw unknownSymbol(request.symbol);
    const { last } = this.quotes.currentQuote(request.symbol);
    const terms = termsAtAcceptance(request, trigger, money(last));
    // The orders of a group count as one, which is counted.
    if (groupId === undefined) await this.#assertRoom(transaction, account.id);
    const holding = isCovered
      ? { cash: money(0), shares: money(0) }
      : await this.#holding(transaction, account, request, terms);
    await this.risk.assertAcceptable(transaction, account.id, request.symbol, terms, groupId);
    return holding;
  }

  async #holding(
    transaction: Transaction,
    account: AccountRow,
    request: PlaceOrder,
    terms: OrderTerms,
  ): Promise<Holding> {
    const quantity = money(request.quantity);
    await this.rules.lots.assertOpen(transaction.sql, account.id, request);
    const collateral = await this.rules.options.collateral(transaction, account, request);
    if (collateral) return collateral;
    if (request.side === 'sell') {
      await this.#assertHeld(transaction, account.id, request.symbol, quantity);
      return { cash: money(0), shares: quantity };
    }
    const quote = this.quotes.currentQuote(request.symbol);
    const cost = cashToReserve(
      terms,
      { bid: money(quote.bid), ask: money(quote.ask) },
      worstSlippage(this.#paper.slippage),
    );
    const worst = { side: request.side, quantity, notional: cost };
    const fees = feeOf(this.#paper.fees, worst);
    const required = cost.plus(fees);
    const available = availableCash(account);
    if (required.gt(available)) throw insufficientFunds(required, available);
    return { cash: required, shares: money(0), fees };
  }

  async #assertRoom({ sql }: Transaction, accountId: string): Promise<void> {
    const { maxWorkingOrders } = this.config.trading;
    const working = await this.orders.countWorking(sql, accountId);
    if (working >= maxWorkingOrders) throw tooManyOrders(maxWorkingOrders);
  }

  async #assertHeld(
    transaction: Transaction,
    accountId: string,
    symbol: string,
    quantity: Money,
  ): Promise<void> {
    const position = await this.executions.findPosition(transaction.sql, accountId, symbol);
    const available = position
      ? money(position.quantity).minus(position.reservedQuantity)
      : money(0);
    if (quantity.gt(available)) throw insufficientPosition(symbol, quantity, available);
  }
}
