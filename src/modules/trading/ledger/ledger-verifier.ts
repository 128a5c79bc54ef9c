import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '../../../database/index.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { ExecutionsRepository } from '../execution/executions.repository.js';
import { LotsRepository } from '../execution/lots.repository.js';
import { OrdersRepository } from '../orders/orders.repository.js';
import { AccountAudit, type Difference } from './account-audit.js';
import { LedgerRepository } from './ledger.repository.js';

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
    private readonly lots: LotsRepository,
  ) {}

  /** Account by account, each as of one moment: trading may go on. */
  async *verify(): AsyncGenerator<AccountVerdict, void, undefined> {
    let afterId: string | undefined;
    for (;;) {
      const ids = await this.accounts.listIds(afterId, BATCH);
      for (const id of ids) yield await this.database.snapshot((sql) => this.#audit(sql, id));
      if (ids.length < BATCH) return;
      afterId = ids.at(-1);
    }
  }

  async #audit(sql: Sql, accountId: string): Promise<AccountVerdict> {
    const account = await this.accounts.get(sql, accountId);
    const audit = new AccountAudit();
    await inBatches(
      0,
      (afterSeq) => this.entries.listAfter(sql, accountId, afterSeq, BATCH),
      ({ seq }) => seq,
      (entry) => audit.addEntry(entry),
    );
    await inBatches(
      undefined as string | undefined,
      (pastId) => this.executions.list(sql, accountId, 'oldest first', pastId, BATCH),
      ({ id }) => id,
      (execution) => audit.addExecution(execution),
    );
    await inBatches(
      undefined as string | undefined,
      (afterId) => this.orders.listAfter(sql, accountId, afterId, BATCH),
      ({ id }) => id,
      (order) => audit.addOrder(order),
    );
    await inBatches(
      undefined as string | undefined,
      (afterId) => this.lots.listAfter(sql, accountId, afterId, BATCH),
      ({ id }) => id,
      (lot) => audit.addLot(lot),
    );
    await inBatches(
      { seq: 0, line: 0 },
      (after) => this.lots.listClosuresAfter(sql, accountId, after, BATCH),
      ({ seq, line }) => ({ seq, line }),
      (closure) => audit.addClosure(closure),
    );
    const positions = await this.executions.listPositions(sql, accountId);
    const differences = audit.finish(account, positions);
    return { accountId, entries: account.ledgerSeq, differences };
  }
}

/** Reads on from where the batch before ended, {@link BATCH} at a time. */
async function inBatches<Row, Place>(
  start: Place,
  read: (place: Place) => Promise<Row[]>,
  placeOf: (row: Row) => Place,
  take: (row: Row) => void,
): Promise<void> {
  for (let place = start; ;) {
    const rows = await read(place);
    for (const row of rows) take(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) return;
    place = placeOf(last);
  }
}
