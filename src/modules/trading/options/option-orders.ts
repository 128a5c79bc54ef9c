import { Inject, Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { money } from '../../../kernel/money.js';
import { QuotesService } from '../../market-data/index.js';
import { ExecutionsRepository } from '../execution/executions.repository.js';
import type { TimeInForce } from '../orders/time-in-force.js';
import type { PlaceOrder } from '../trading.dto.js';
import { contractNotListed } from '../trading.errors.js';
import { assertWholeContracts, endWithin } from './option-terms.js';

/** What an order for a contract must keep to, beside the rules of every order. */
@Injectable()
export class OptionOrders {
  constructor(
    private readonly quotes: QuotesService,
    private readonly executions: ExecutionsRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** When the order ends: with the contract at the latest. @throws AppError `trading.bad_expiry` */
  endOf(symbol: string, timeInForce: TimeInForce, end: Date | null): Date | null {
    const contract = this.quotes.findInstrument(symbol)?.option;
    return contract ? endWithin(contract, timeInForce, end) : end;
  }

  /**
   * A contract that the chain shows today can be ordered, and one that the account has to do with already: strikes move
   * on with the spot. The account must be locked.
   * @param replaces the order whose place it takes
   * @throws AppError `trading.bad_quantity`, `trading.contract_not_listed`
   */
  async assertOrder(
    { sql }: Transaction,
    accountId: string,
    { symbol, quantity }: PlaceOrder,
    replaces: string | null,
  ): Promise<void> {
    if (!this.quotes.findInstrument(symbol)?.option) return;
    assertWholeContracts(money(quantity));
    if (replaces !== null || this.quotes.isContractListed(symbol, this.clock.nowMs())) return;
    const position = await this.executions.findPosition(sql, accountId, symbol);
    if (!position || money(position.quantity).isZero()) throw contractNotListed(symbol);
  }
}
