import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { newId } from '../../../kernel/ids.js';
import { money, type Money } from '../../../kernel/money.js';
import { QuotesService, type OptionContract } from '../../market-data/index.js';
import { AccountWork } from '../accounts/account-work.js';
import { AccountsService } from '../accounts/accounts.service.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { LotLedger } from '../execution/lot-ledger.js';
import { askedOf, assertAskedAgain, isMarketOrderOf } from '../orders/asked.js';
import type { OrderRow } from '../orders/orders.table.js';
import {
  insufficientFunds,
  insufficientPosition,
  notInTheMoney,
  unknownSymbol,
} from '../trading.errors.js';
import { toOrder } from '../trading.mappers.js';
import { ContractBooks, freeShares } from './contract-books.js';
import { OptionLegs } from './option-legs.js';
import { assertWholeContracts, intrinsicOf } from './option-terms.js';
import type { Exercise, ExerciseRequest } from './options.dto.js';
import { canExercise, delivery, isInTheMoney, type HeldContract } from './settlement.js';

/** Exercises contracts before they expire: they are American. */
@Injectable()
export class OptionExercise {
  constructor(
    private readonly accounts: AccountsService,
    private readonly work: AccountWork,
    private readonly quotes: QuotesService,
    private readonly books: ContractBooks,
    private readonly legs: OptionLegs,
    private readonly lots: LotLedger,
  ) {}

  /**
   * Takes the shares of a call, or delivers those of a put, for the strike, at once. Under one `client_order_id` it
   * happens once.
   * @throws AppError `trading.unknown_symbol`: no contract, or over; `trading.bad_quantity`, `trading.insufficient_position`,
   *   `trading.insufficient_funds`, `trading.not_in_the_money`, `trading.client_order_id_reused`, `trading.account_busy`
   */
  async exercise(userId: string, symbol: string, request: ExerciseRequest): Promise<Exercise> {
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    return this.work.run(accountId, async (transaction, account) => {
      const id = `exercise:${request.client_order_id ?? newId()}`;
      const asked = askedOf('exercise', symbol, request);
      const before = await this.books.findOrder(transaction, accountId, id);
      if (before) {
        assertAskedAgain(before, asked, isMarketOrderOf(before, symbol, request.quantity));
        return this.#repeat(transaction, before);
      }
      const contract = this.quotes.findInstrument(symbol)?.option;
      if (!contract) throw unknownSymbol(symbol);
      const held = await this.#wanted(transaction, account, symbol, contract, request);
      const quote = this.quotes.currentQuote(contract.underlying);
      if (!isInTheMoney(intrinsicOf(contract, money(quote.last)))) throw notInTheMoney(quote.last);
      await this.#assertMeans(transaction, accountId, contract, held);
      const settlement = { kind: 'option_exercise', legs: delivery(held) } as const;
      const { underlying } = contract;
      const settled = { symbol, underlying, quote, id, asked };
      return toExercise(await this.legs.record(transaction, account, settlement, settled));
    });
  }

  async #wanted(
    transaction: Transaction,
    account: AccountRow,
    symbol: string,
    { right, strike }: OptionContract,
    request: ExerciseRequest,
  ): Promise<HeldContract> {
    const row = await this.books.findPosition(transaction, account.id, symbol);
    const free = freeShares(row);
    const quantity = request.quantity === undefined ? free : money(request.quantity);
    assertWholeContracts(quantity);
    if (quantity.gt(free) || quantity.lte(0)) throw insufficientPosition(symbol, quantity, free);
    // Of a part it is not the average of all: the lots that the account's method closes carry their own cost over.
    const averageCost = await this.lots.costOfSold(transaction.sql, account, symbol, quantity);
    return { quantity, averageCost, right, strike: money(strike) };
  }

  async #assertMeans(
    transaction: Transaction,
    accountId: string,
    contract: OptionContract,
    held: HeldContract,
  ): Promise<void> {
    const means = await this.books.meansOf(transaction, accountId, contract);
    if (canExercise(held, means)) return;
    const { quantity, strike, right } = held;
    if (right === 'call') throw insufficientFunds(strike.times(quantity), means.cash);
    throw insufficientPosition(contract.underlying, quantity, atLeastNothing(means.shares));
  }

  async #repeat(transaction: Transaction, before: OrderRow): Promise<Exercise> {
    const id = `${before.clientOrderId}:shares`;
    const shares = await this.books.findOrder(transaction, before.accountId, id);
    return toExercise([before, ...(shares ? [shares] : [])]);
  }
}

function toExercise([contract, shares]: readonly OrderRow[]): Exercise {
  if (!contract || !shares) throw new Error('an exercise without its two trades');
  return { contract: toOrder(contract), shares: toOrder(shares) };
}

function atLeastNothing(amount: Money): Money {
  return amount.lt(0) ? money(0) : amount;
}
