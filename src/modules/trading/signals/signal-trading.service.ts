import { Injectable, Logger } from '@nestjs/common';
import type { Transaction } from '../../../database/index.js';
import { AppError } from '../../../kernel/app-error.js';
import type { Money } from '../../../kernel/money.js';
import { Caches } from '../../../redis/index.js';
import { AccountWork } from '../accounts/account-work.js';
import { AccountsService } from '../accounts/accounts.service.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import { signalsTag } from '../trading.caches.js';
import { SignalJournal, type SignalStep } from './signal-journal.js';
import { SignalOrders } from './signal-orders.js';
import { SignalsRepository } from './signals.repository.js';
import type { SignalRow } from './signals.table.js';

/** Turns signals into orders: those that were approved, and those that may by themselves. */
@Injectable()
export class SignalTrading {
  readonly #logger = new Logger(SignalTrading.name);

  constructor(
    private readonly accounts: AccountsService,
    private readonly work: AccountWork,
    private readonly signals: SignalsRepository,
    private readonly journal: SignalJournal,
    private readonly orders: SignalOrders,
    private readonly caches: Caches,
  ) {}

  /**
   * Makes the signal's one order, `signal-<id>`, and says so on it, in one transaction; or writes down why it cannot be.
   * Run again it finds the signal done. Jobs come in any order, and the first signal may use up what the limits leave:
   * those of the user that have waited for longer are decided first. One that fails holds back nobody, its own job
   * tries again.
   * @throws AppError `trading.account_busy`: the job is to try again
   */
  async trade(signalId: string): Promise<void> {
    const known = await this.signals.find(signalId);
    if (!known || !isWaiting(known)) return;
    for (const earlier of await this.signals.listWaitingBefore(known)) {
      await this.#decide(earlier, known.userId).catch((error: unknown) => {
        this.#logger.warn({ message: 'signal not decided', signalId: earlier, err: error });
      });
    }
    await this.#decide(signalId, known.userId);
  }

  async #decide(signalId: string, userId: string): Promise<void> {
    const known = await this.signals.find(signalId);
    if (!known || !isWaiting(known)) return;
    const { id: accountId } = await this.accounts.getOrOpen(userId);
    const dayPnl = await this.orders.dayPnlFor(known);
    await this.work.run(accountId, async (transaction, account) => {
      const signal = await this.signals.lockOne(transaction.sql, signalId);
      if (!signal || !isWaiting(signal)) return;
      const step = await this.#step(transaction, account, signal, dayPnl);
      await this.journal.advance(transaction, signal, step);
    });
    await this.caches.invalidateTags([signalsTag(userId)]);
  }

  async #step(
    transaction: Transaction,
    account: AccountRow,
    signal: SignalRow,
    dayPnl: Money,
  ): Promise<SignalStep> {
    if (this.journal.isOver(signal)) return { status: 'expired' };
    try {
      const orderId = await this.orders.place(transaction, account, signal, dayPnl);
      return { status: 'executed', orderId, reason: null };
    } catch (error) {
      // Refusals come before anything is written; what is no refusal undoes the transaction.
      if (!isRefusal(error)) throw error;
      return { status: 'refused', reason: error.code };
    }
  }
}

/** Approved, or to be decided by its owner's settings. */
function isWaiting({ status, automatic }: SignalRow): boolean {
  return status === 'approved' || (status === 'pending' && automatic);
}

function isRefusal(error: unknown): error is AppError {
  return error instanceof AppError && ['unprocessable', 'conflict'].includes(error.kind);
}
