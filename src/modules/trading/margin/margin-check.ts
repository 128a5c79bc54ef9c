import { Injectable, Logger } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { money, sumOf } from '../../../kernel/money.js';
import { QuotesService, type Quote } from '../../market-data/index.js';
import { AccountWork } from '../accounts/account-work.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { Ledger } from '../ledger/ledger.js';
import { pledge } from '../ledger/postings.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import type { OrderRow } from '../orders/orders.table.js';
import { availableCash } from '../trading.mappers.js';
import { isMarginCall, MarginOrders } from './margin-orders.js';
import { planMargin, type MarginPlan, type ShortState } from './margin-plan.js';
import { MarginRepository } from './margin.repository.js';

/** Accounts of one run: what is left over is for the next. */
const BATCH = 200;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Holds what stands behind short positions against what must, as prices move. */
@Injectable()
export class MarginCheck {
  readonly #logger = new Logger(MarginCheck.name);
  /** Where the run before ended: an account that nothing helps does not keep the others waiting. */
  #afterId = FIRST_ID;

  constructor(
    private readonly work: AccountWork,
    private readonly margin: MarginRepository,
    private readonly orders: OrdersRepository,
    private readonly marginOrders: MarginOrders,
    private readonly ledger: Ledger,
    private readonly quotes: QuotesService,
  ) {}

  /**
   * One query for all accounts, then each that it finds, under its lock. However often it runs, what is done is not done again.
   * @param quotes of one tick
   * @returns how many accounts it has looked at
   */
  async run(quotes: readonly Quote[]): Promise<number> {
    const ids = await this.margin.listOutOfBand(quotes, this.#afterId, BATCH);
    this.#afterId = ids.length < BATCH ? FIRST_ID : (ids.at(-1) ?? FIRST_ID);
    for (const accountId of ids) {
      try {
        await this.check(accountId);
      } catch (error) {
        this.#logger.error({ message: 'margin is not checked', accountId, err: error });
      }
    }
    return ids.length;
  }

  /** By the quotes of now, which may no longer be those that brought it up. */
  async check(accountId: string): Promise<void> {
    await this.work.run(accountId, async (transaction, account) => {
      const working = await this.orders.listWorking(transaction.sql, accountId, undefined);
      const inOrders = sumOf(working.map(({ reservedCash }) => reservedCash));
      const shorts = await this.#shorts(transaction, account, working);
      const plan = planMargin(shorts, availableCash(account), inOrders);
      if (plan.fromOrders.isZero()) {
        await this.#carryOut(transaction, account, shorts, plan);
        return;
      }
      await this.marginOrders.cancelFor(transaction, account, plan.fromOrders);
      const now = await this.work.reread(transaction, accountId);
      const left = planMargin(shorts, availableCash(now), money(0));
      await this.#carryOut(transaction, now, shorts, left);
    });
  }

  async #carryOut(
    transaction: Transaction,
    account: AccountRow,
    shorts: readonly ShortState[],
    { changes, closes }: MarginPlan,
  ): Promise<void> {
    const { id: accountId } = account;
    // What is freed first, so that it is there for the others.
    const inOrder = [...changes].sort(([, one], [, other]) => one.comparedTo(other));
    for (const [symbol, amount] of inOrder) {
      const postings = pledge(amount);
      if (postings.length === 0) continue;
      await this.ledger.post(transaction, { accountId, kind: 'margin', postings, symbol });
    }
    for (const short of shorts.filter(({ symbol }) => closes.includes(symbol))) {
      await this.marginOrders.cancelAll(transaction, account, short.symbol);
      const now = await this.work.reread(transaction, accountId);
      if (!(await this.marginOrders.buyBack(transaction, now, short))) continue;
      this.#logger.log({ message: 'margin call', accountId, symbol: short.symbol });
    }
  }

  /** What the market no longer quotes is left as it is. */
  async #shorts(
    { sql }: Transaction,
    { id }: AccountRow,
    working: readonly OrderRow[],
  ): Promise<ShortState[]> {
    const rows = await this.margin.listShorts(sql, id);
    const called = new Set(working.filter(isMarginCall).map(({ symbol }) => symbol));
    return rows
      .filter(({ symbol }) => this.quotes.findInstrument(symbol) !== undefined)
      .map(({ symbol, quantity, collateral }) => ({
        symbol,
        shares: money(quantity).negated(),
        collateral: money(collateral),
        ask: money(this.quotes.currentQuote(symbol).ask),
        isClosing: called.has(symbol),
      }));
  }
}
