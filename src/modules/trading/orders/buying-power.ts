import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import type { Transaction } from '../../../database/index.js';
import { Money, money } from '../../../kernel/money.js';
import { QuotesService, type Instrument } from '../../market-data/index.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { ExecutionsRepository } from '../execution/executions.repository.js';
import type { PositionRow } from '../execution/executions.table.js';
import { feeOf } from '../execution/paper/fees.js';
import { paperModel, type PaperModel } from '../execution/paper/paper-model.js';
import { worstSlippage } from '../execution/paper/slippage.js';
import { cashToReserve, mostShares, type BestPrices, type OrderTerms } from './order.js';
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
import { assertFractionable } from './order-size.js';
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
   *   `trading.not_fractionable`, `trading.uncovered_option`, `trading.bad_lots`, `trading.too_many_orders`, `trading.stop_price_reached`; as
   *   {@link RiskChecks.assertAcceptable}
   */
  async reserve(
    transaction: Transaction,
    account: AccountRow,
    request: PlaceOrder,
    trigger: TriggerState = NOT_TRIGGERED,
    { groupId, isCovered }: OfGroup = ALONE,
  ): Promise<Holding> {
    const instrument = this.quotes.findInstrument(request.symbol);
    if (!instrument) throw unknownSymbol(request.symbol);
    const { sql } = transaction;
    const position = await this.executions.findPosition(sql, account.id, request.symbol);
    assertFractionable(instrument, request, money(position?.quantity ?? 0));
    const { last } = this.quotes.currentQuote(request.symbol);
    const terms = termsAtAcceptance(request, trigger, money(last));
    // The orders of a group count as one, which is counted.
    if (groupId === undefined) await this.#assertRoom(transaction, account.id);
    const holding = isCovered
      ? { cash: money(0), shares: money(0) }
      : await this.#holding(transaction, account, instrument, request, terms, position);
    await this.risk.assertAcceptable(transaction, account.id, request.symbol, terms, groupId);
    return holding;
  }

  async #holding(
    transaction: Transaction,
    account: AccountRow,
    instrument: Instrument,
    request: PlaceOrder,
    terms: OrderTerms,
    position: PositionRow | undefined,
  ): Promise<Holding> {
    const quantity = money(request.quantity);
    await this.rules.lots.assertOpen(transaction.sql, account.id, request);
    const collateral = await this.rules.options.collateral(transaction, account, request);
    if (collateral) return collateral;
    const { bid, ask } = this.quotes.currentQuote(request.symbol);
    const prices = { bid: money(bid), ask: money(ask) };
    const { shorts } = this.rules;
    if (request.side === 'sell') {
      // A pair that sells is for shares that are held: one holding serves both.
      const isShort = request.orderClass !== 'oco' && shorts.isShortSale(account, position);
      if (!isShort) return sharesToReserve(request, prices, position);
      return shorts.holding(transaction, account, instrument, request, { terms, prices, position });
    }
    const cost =
      request.notional === undefined
        ? cashToReserve(terms, prices, worstSlippage(this.#paper.slippage))
        : money(request.notional);
    const shares = request.notional === undefined ? quantity : mostShares(cost, prices);
    const worst = { side: request.side, quantity: shares, notional: cost };
    const fees = feeOf(this.#paper.fees, worst);
    const freed = instrument.option
      ? money(0)
      : await shorts.freedByPurchase(transaction, account, request, position);
    const required = Money.max(0, cost.plus(fees).minus(freed));
    const available = availableCash(account);
    // What needs nothing can be had in debit too.
    if (required.gt(Money.max(0, available))) throw insufficientFunds(required, available);
    return { cash: required, shares: money(0), fees: Money.min(fees, required) };
  }

  async #assertRoom({ sql }: Transaction, accountId: string): Promise<void> {
    const { maxWorkingOrders } = this.config.trading;
    const working = await this.orders.countWorking(sql, accountId);
    if (working >= maxWorkingOrders) throw tooManyOrders(maxWorkingOrders);
  }
}

/** @throws AppError `trading.insufficient_position` */
function sharesToReserve(
  { symbol, quantity: text, notional }: PlaceOrder,
  prices: BestPrices,
  position: PositionRow | undefined,
): Holding {
  const quantity = money(text);
  const free = position ? money(position.quantity).minus(position.reservedQuantity) : money(0);
  if (quantity.gt(free)) throw insufficientPosition(symbol, quantity, free);
  // By notional more shares are sold if the price falls until then.
  const shares =
    notional === undefined ? quantity : Money.min(free, mostShares(money(notional), prices));
  return { cash: money(0), shares };
}
