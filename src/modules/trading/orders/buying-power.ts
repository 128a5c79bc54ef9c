import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import type { Transaction } from '../../../database/index.js';
import { money, type Money } from '../../../kernel/money.js';
import { QuotesService } from '../../market-data/index.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { ExecutionsRepository } from '../execution/executions.repository.js';
import { feeOf } from '../execution/paper/fees.js';
import { paperModel, type PaperModel } from '../execution/paper/paper-model.js';
import { worstSlippage } from '../execution/paper/slippage.js';
import { cashToReserve } from './order.js';
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
import { NamedLots } from './named-lots.js';
import { OrdersRepository } from './orders.repository.js';

/** Whether an account can pay for an order, or holds what it sells, after all it has promised already. */
@Injectable()
export class BuyingPower {
  readonly #paper: PaperModel;

  constructor(
    private readonly accounts: AccountsRepository,
    private readonly executions: ExecutionsRepository,
    private readonly orders: OrdersRepository,
    private readonly namedLots: NamedLots,
    private readonly quotes: QuotesService,
    @Inject(Config) private readonly config: Config,
  ) {
    this.#paper = paperModel(config.trading.paper);
  }

  /** Everything that reads what an account has before it changes it begins with this. */
  lockAccount(transaction: Transaction, accountId: string): Promise<AccountRow> {
    return this.accounts.lock(transaction.sql, accountId);
  }

  /**
   * What the order must hold back; the account must be locked.
   * @throws AppError `trading.unknown_symbol`, `trading.insufficient_funds`, `trading.insufficient_position`,
   *   `trading.bad_lots`, `trading.too_many_orders`, `trading.stop_price_reached`
   */
  async reserve(
    transaction: Transaction,
    account: AccountRow,
    request: PlaceOrder,
    trigger: TriggerState = NOT_TRIGGERED,
  ): Promise<Holding> {
    if (!this.quotes.findInstrument(request.symbol)) throw unknownSymbol(request.symbol);
    const { maxWorkingOrders } = this.config.trading;
    const working = await this.orders.countWorking(transaction.sql, account.id);
    if (working >= maxWorkingOrders) throw tooManyOrders(maxWorkingOrders);
    const quantity = money(request.quantity);
    await this.namedLots.assertOpen(transaction.sql, account.id, request);
    const quote = this.quotes.currentQuote(request.symbol);
    const terms = termsAtAcceptance(request, trigger, money(quote.last));
    if (request.side === 'sell') {
      await this.#assertHeld(transaction, account.id, request.symbol, quantity);
      return { cash: money(0), shares: quantity };
    }
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
