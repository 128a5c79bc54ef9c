import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { money } from '../../../kernel/money.js';
import { dateInNewYork } from '../../market-data/index.js';
import { AccountWork } from '../accounts/account-work.js';
import { ContractBooks } from './contract-books.js';
import { OptionsRepository } from './options.repository.js';
import { OptionLegs } from './option-legs.js';
import { settle } from './settlement.js';
import { settlementOrder } from './settlement-order.js';

const ACCOUNTS_BATCH = 500;
/** Contracts settled in one transaction. */
const CONTRACTS_BATCH = 100;

/** What a run did. */
export interface SettlementRun {
  readonly accounts: number;
  readonly contracts: number;
  /** Accounts that could not be settled; the next run tries again. */
  readonly failed: number;
}

/** Ends the contracts whose day is over: each exactly once, whenever and however often it runs. */
@Injectable()
export class OptionSettlement {
  readonly #logger = new Logger(OptionSettlement.name);

  constructor(
    private readonly work: AccountWork,
    private readonly options: OptionsRepository,
    private readonly books: ContractBooks,
    private readonly legs: OptionLegs,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Account by account, each under its lock: stopped in between, the next run goes on with the rest. What is settled is
   * held no more, so it is not found again.
   */
  async settleDue(signal: AbortSignal): Promise<SettlementRun> {
    const run = { accounts: 0, contracts: 0, failed: 0 };
    for (let afterId: string | undefined; ;) {
      const ids = await this.options.listAccountsToSettle(this.#today(), afterId, ACCOUNTS_BATCH);
      for (const accountId of ids) {
        if (signal.aborted) return run;
        try {
          const contracts = await this.settleAccount(accountId);
          run.contracts += contracts;
          run.accounts += contracts > 0 ? 1 : 0;
        } catch (error) {
          run.failed += 1;
          this.#logger.error({ message: 'contracts are not settled', accountId, err: error });
        }
      }
      if (ids.length < ACCOUNTS_BATCH) return run;
      afterId = ids.at(-1);
    }
  }

  /** @returns how many contract positions ended. @throws AppError `trading.account_busy`: what has ended has, the rest is left */
  async settleAccount(accountId: string): Promise<number> {
    let settled = 0;
    for (let afterSymbol: string | undefined = ''; afterSymbol !== undefined;) {
      const after: string = afterSymbol;
      const batch = await this.work.run(accountId, (transaction) =>
        this.#settleBatch(transaction, accountId, after),
      );
      settled += batch.settled;
      afterSymbol = batch.lastSymbol;
    }
    return settled;
  }

  async #settleBatch(
    transaction: Transaction,
    accountId: string,
    afterSymbol: string,
  ): Promise<{ settled: number; lastSymbol: string | undefined }> {
    const rows = await this.options.listToSettle(
      transaction.sql,
      accountId,
      this.#today(),
      afterSymbol,
      CONTRACTS_BATCH,
    );
    const over = rows
      .map((row) => this.books.overOf(row))
      .filter((contract) => contract !== undefined)
      .sort(settlementOrder);
    for (const contract of over) {
      // Read again for each: the one before has changed what the account has.
      const account = await this.work.reread(transaction, accountId);
      await this.books.endOrders(transaction, account, contract.symbol);
      const means = await this.books.meansOf(transaction, account.id, contract);
      await this.books.freeCollateral(transaction, account.id, contract);
      const settlement = settle(contract, money(contract.intrinsic), means);
      const id = `${settlement.kind.replace('option_', '')}:${contract.symbol}`;
      await this.legs.record(transaction, account, settlement, { ...contract, id });
    }
    const lastSymbol = rows.length < CONTRACTS_BATCH ? undefined : rows.at(-1)?.symbol;
    return { settled: over.length, lastSymbol };
  }

  #today(): string {
    return dateInNewYork(this.clock.nowMs());
  }
}
