import { Injectable } from '@nestjs/common';
import { Database, fence, together, type Transaction } from '../../../database/index.js';
import { AppError } from '../../../kernel/app-error.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import type { Lease } from '../../../kernel/lease.js';
import { LockManager } from '../../../redis/index.js';
import { accountBusy } from '../trading.errors.js';
import { AccountTurns } from './account-turns.js';
import type { AccountRow } from './accounts.table.js';
import { CurrentAccounts } from './current-accounts.js';

/** Work on an account, in its transaction, with the account as it was when it was locked. */
export type AccountTask<T> = (transaction: Transaction, account: AccountRow) => Promise<T>;

/** For so long the account of a process that died stays taken. */
const LEASE_MS = 5 * SECOND_MS;
/** Longer than a lease: who waits behind a process that died has its turn all the same. */
const WAIT_MS = 2 * LEASE_MS;
/** Who has been overtaken has written nothing, and asks again. */
const TRIES = 3;
/** After a refusal Redis is not asked again for so long: a request is not to wait for it each time. */
const AWAY_MS = 5 * SECOND_MS;

/** Refusals of a lock that say: another has the account, and this one has done nothing. */
const BUSY = ['lock.wait_timeout', 'lock.too_many_waiters'];
const OVERTAKEN = ['lock.lost', 'lock.fenced'];
const UNAVAILABLE = ['lock.unavailable'];

/**
 * The one way in which an account, its orders, positions and cash change: one after the other, across all processes.
 *
 * The lock `trading.account` makes them queue in the order of asking, outside of the database: who waits for a busy
 * account keeps no connection from the others. Its fencing token and the account's row lock are checked in the
 * transaction; the row lock is what makes it right, and suffices alone while Redis is away.
 */
@Injectable()
export class AccountWork {
  readonly #turns = new AccountTurns();
  #awayUntilMs = -Infinity;

  constructor(
    private readonly database: Database,
    private readonly accounts: CurrentAccounts,
    private readonly locks: LockManager,
  ) {}

  /**
   * Runs `task` once, and commits what it did or undoes it. It may be begun anew, after its first transaction was undone.
   * Not reentrant: a task that asks for its own account waits for itself.
   * @throws AppError `trading.account_busy` (conflict) when others have had the account for {@link WAIT_MS}; nothing was done
   */
  async run<T>(accountId: string, task: AccountTask<T>): Promise<T> {
    return this.#turns.run(accountId, WAIT_MS, () => this.#run(accountId, task));
  }

  /** The account as it is now, for who works on it: what the work has done may have changed it. */
  reread(transaction: Transaction, accountId: string): Promise<AccountRow> {
    return this.accounts.reread(transaction, accountId);
  }

  async #run<T>(accountId: string, task: AccountTask<T>): Promise<T> {
    for (let left = TRIES; ; left -= 1) {
      try {
        return await this.#inTurn(accountId, task);
      } catch (error) {
        if (!hasCode(error, OVERTAKEN)) throw error;
        if (left === 1) throw accountBusy(error);
      }
    }
  }

  async #inTurn<T>(accountId: string, task: AccountTask<T>): Promise<T> {
    if (performance.now() < this.#awayUntilMs) return this.#transact(accountId, task);
    const options = { ttlMs: LEASE_MS, waitMs: WAIT_MS };
    let isRunning = false;
    try {
      return await this.locks.using('trading.account', accountId, options, (lease) => {
        isRunning = true;
        return this.#transact(accountId, task, lease);
      });
    } catch (error) {
      if (isRunning) throw error;
      if (hasCode(error, BUSY)) throw accountBusy(error);
      if (!hasCode(error, UNAVAILABLE)) throw error;
      this.#awayUntilMs = performance.now() + AWAY_MS;
      return this.#transact(accountId, task);
    }
  }

  #transact<T>(accountId: string, task: AccountTask<T>, lease?: Lease): Promise<T> {
    return this.database.transaction(async (transaction) => {
      const [, account] = await together(
        lease === undefined ? Promise.resolve() : fence(transaction, lease),
        this.accounts.lock(transaction, accountId),
      );
      return task(transaction, account);
    });
  }
}

function hasCode(error: unknown, codes: readonly string[]): error is AppError {
  return error instanceof AppError && codes.includes(error.code);
}
