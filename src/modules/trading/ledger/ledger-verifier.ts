import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '../../../database/index.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { ExecutionsRepository } from '../execution/executions.repository.js';
import { lastSteps } from '../orders/order-lives.repository.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import { AccountAudit, type Difference } from './account-audit.js';
import { inBatches } from './in-batches.js';
import { LedgerRepository } from './ledger.repository.js';
import { LotHistory } from './lot-history.js';

const BATCH = 1_000;

export interface AccountVerdict {
  readonly accountId: string;
  /** In the journal. */
  readonly entries: number;
  readonly differences: readonly Difference[];
}

/** Rebuilds accounts from their journals, and compares that with what is kept. Changes nothing. */
@Injectable()
export class LedgerVerifier {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly entries: LedgerRepository,
    private readonly orders: OrdersRepository,
    private readonly executions: ExecutionsRepository,
    private readonly lots: LotHistory,
  ) {}

  /** All accounts, each as of one moment: trading may go on. */
  async *verifyAll(): AsyncGenerator<AccountVerdict, void, undefined> {
    let afterId: string | undefined;
    for (;;) {
      let count = 0;
      for await (const verdict of this.verify(afterId, BATCH)) {
        yield verdict;
        count += 1;
        afterId = verdict.accountId;
      }
      if (count < BATCH) return;
    }
  }

  /** The accounts after one, at most `limit`, in the order of their ids. */
  async *verify(
    afterAccountId: string | undefined,
    limit: number,
  ): AsyncGenerator<AccountVerdict, void, undefined> {
    for (const id of await this.accounts.listIds(afterAccountId, limit)) {
      yield await this.database.snapshot((sql) => this.#audit(sql, id));
    }
  }

  async #audit(sql: Sql, accountId: string): Promise<AccountVerdict> {
    const account = await this.accounts.get(sql, accountId);
    const audit = new AccountAudit();
    await inBatches(
      0,
      (afterSeq, limit) => this.entries.listAfter(sql, accountId, afterSeq, limit),
      ({ seq }) => seq,
      (entry) => audit.addEntry(entry),
    );
    await inBatches(
      undefined as string | undefined,
      (pastId, limit) => this.executions.list(sql, accountId, 'oldest first', pastId, limit),
      ({ id }) => id,
      (execution) => audit.addExecution(execution),
    );
    await inBatches(
      undefined as string | undefined,
      (afterId, limit) => this.#ordersAfter(sql, accountId, afterId, limit),
      ({ order }) => order.id,
      ({ order, last }) => audit.addOrder(order, last),
    );
    await this.lots.tell(sql, accountId, audit);
    const positions = await this.executions.listPositions(sql, accountId);
    const differences = audit.finish(account, positions);
    return { accountId, entries: account.ledgerSeq, differences };
  }

  async #ordersAfter(sql: Sql, accountId: string, afterId: string | undefined, limit: number) {
    const orders = await this.orders.listAfter(sql, accountId, afterId, limit);
    const ids = orders.map(({ id }) => id);
    const steps = await lastSteps(sql, ids);
    return orders.map((order) => ({ order, last: steps.get(order.id) }));
  }
}
