import { Inject, Injectable } from '@nestjs/common';
import { Database, fence, Outbox, type Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import type { AppError } from '../../../kernel/app-error.js';
import type { Lease } from '../../../kernel/lease.js';
import { importCancelled, importStuck } from '../journal.errors.js';
import {
  ImportChanged,
  ImportEnded,
  importStream,
  TradesImported,
  TradesRemoved,
} from '../journal.events.js';
import { toImportSummary } from '../journal.mappers.js';
import { TradesRepository } from '../trades/trades.repository.js';
import { isHeldBy } from './batch-store.js';
import { ImportFilesRepository } from './import-files.repository.js';
import { isUnfinished } from './import-status.js';
import { ImportsRepository, type ImportChange } from './imports.repository.js';
import type { ImportRow } from './imports.table.js';

/** An import that takes its worker down each time it runs is not begun for ever. */
const MAX_RUNS = 10;

/**
 * The steps of an import's life: each is stored together with the news of it. Those of a run are under the lock of the
 * user's imports, and throw AppError `lock.lost` or `lock.fenced` when another has it.
 */
@Injectable()
export class ImportLifecycle {
  constructor(
    private readonly database: Database,
    private readonly imports: ImportsRepository,
    private readonly files: ImportFilesRepository,
    private readonly trades: TradesRepository,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Takes the import for a new run. @returns undefined when there is nothing to do. */
  begin(importId: string, lease: Lease): Promise<ImportRow | undefined> {
    return this.database.transaction(async (transaction) => {
      await fence(transaction, lease);
      const row = await this.imports.lock(transaction.sql, importId);
      if (row?.status !== 'queued' && row?.status !== 'running') return undefined;
      if (row.runs >= MAX_RUNS) {
        await this.#fail(transaction, row, importStuck());
        return undefined;
      }
      return this.#change(transaction, row, { status: 'running', runs: row.runs + 1 });
    });
  }

  /** @param run the import as this run of it began; nothing happens when another has taken over. */
  finish(run: ImportRow, lease: Lease): Promise<void> {
    return this.database.transaction(async (transaction) => {
      await fence(transaction, lease);
      const row = await this.imports.lock(transaction.sql, run.id);
      if (!row || !isHeldBy(row, run)) return;
      await this.files.remove(transaction.sql, row.id);
      const { id: importId, userId, imported } = row;
      const news = { userId, importId, imported };
      await this.outbox.publish(transaction, TradesImported, news, importStream(importId));
      const change = { status: 'done' as const, finishedAt: this.#now() };
      await this.#tellEnd(transaction, await this.#change(transaction, row, change));
    });
  }

  /** Ends the import with nothing imported. */
  fail(run: ImportRow, reason: AppError, lease: Lease): Promise<void> {
    return this.database.transaction(async (transaction) => {
      await fence(transaction, lease);
      const row = await this.imports.lock(transaction.sql, run.id);
      if (row && isHeldBy(row, run)) await this.#fail(transaction, row, reason);
    });
  }

  /** An administrator has taken its job back: it ends with nothing imported, unless it has ended. */
  cancel(importId: string): Promise<void> {
    return this.database.transaction(async (transaction) => {
      const row = await this.imports.lock(transaction.sql, importId);
      if (row?.status !== 'queued' && row?.status !== 'running') return;
      await this.#fail(transaction, row, importCancelled());
    });
  }

  /**
   * Takes exactly the trades of this import out of the journal, and stops it if it is under way. Undone
   * again, nothing changes.
   * @returns undefined when the user has no such import
   */
  undo(userId: string, importId: string): Promise<ImportRow | undefined> {
    return this.database.transaction(async (transaction) => {
      const row = await this.imports.lock(transaction.sql, importId);
      if (row?.userId !== userId) return undefined;
      if (row.status === 'undone') return row;
      const finishedAt = row.finishedAt ?? this.#now();
      return this.#clear(transaction, row, { status: 'undone', finishedAt });
    });
  }

  async #fail(transaction: Transaction, row: ImportRow, reason: AppError): Promise<void> {
    const ended = await this.#clear(transaction, row, {
      status: 'failed',
      imported: 0,
      failureCode: reason.code,
      failureMessage: reason.message,
      finishedAt: this.#now(),
    });
    await this.#tellEnd(transaction, ended);
  }

  async #tellEnd(transaction: Transaction, row: ImportRow): Promise<void> {
    const { userId, fileName, imported, duplicates, failed } = row;
    const { id: importId, failure } = toImportSummary(row);
    const outcome = failure === null ? ('done' as const) : ('failed' as const);
    const news = { userId, importId, fileName, outcome, imported, duplicates, failed, failure };
    await this.outbox.publish(transaction, ImportEnded, news, importStream(importId));
  }

  async #clear(transaction: Transaction, row: ImportRow, change: ImportChange): Promise<ImportRow> {
    const { id: importId, userId } = row;
    const removed = await this.trades.removeOfImport(transaction.sql, importId);
    if (isUnfinished(row.status)) await this.files.remove(transaction.sql, importId);
    if (removed > 0) {
      const news = { userId, importId, removed };
      await this.outbox.publish(transaction, TradesRemoved, news, importStream(importId));
    }
    return this.#change(transaction, row, change);
  }

  async #change(
    transaction: Transaction,
    { id, userId }: ImportRow,
    change: ImportChange,
  ): Promise<ImportRow> {
    const row = await this.imports.update(transaction.sql, id, {
      ...change,
      updatedAt: this.#now(),
    });
    const news = { userId, import: toImportSummary(row) };
    await this.outbox.publish(transaction, ImportChanged, news, importStream(id));
    return row;
  }

  #now(): Date {
    return new Date(this.clock.nowMs());
  }
}
