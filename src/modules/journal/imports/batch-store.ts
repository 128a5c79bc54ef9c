import { Inject, Injectable } from '@nestjs/common';
import { Database, fence, type Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import type { Lease } from '../../../kernel/lease.js';
import { countedFingerprint, identify, type TradeIdentity } from '../formats/fingerprint.js';
import { TradesRepository } from '../trades/trades.repository.js';
import type { JournalTradeRow } from '../trades/trades.table.js';
import type { ImportBatch, NumberedTrade } from './import-batch.js';
import { ImportFilesRepository } from './import-files.repository.js';
import { ImportsRepository } from './imports.repository.js';
import type { ImportRow } from './imports.table.js';

/** Puts lines into the journal. */
@Injectable()
export class BatchStore {
  constructor(
    private readonly database: Database,
    private readonly imports: ImportsRepository,
    private readonly files: ImportFilesRepository,
    private readonly trades: TradesRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Stores the trades of a batch and how far the file is read, in one transaction: whoever goes on after a
   * crash neither repeats nor misses a line.
   * @param run the import as this run of it began
   * @returns the import after it; undefined when it is not this run's any more, and nothing was stored
   * @throws AppError `lock.lost`, `lock.fenced`: another works on the user's imports
   */
  async store(run: ImportRow, batch: ImportBatch, lease: Lease): Promise<ImportRow | undefined> {
    return this.database.transaction(async (transaction) => {
      await fence(transaction, lease);
      const current = await this.imports.lock(transaction.sql, run.id);
      if (!current || !isHeldBy(current, run)) return undefined;
      const rows = await this.#toRows(transaction, run, batch.trades);
      const inserted = await this.trades.insertNew(transaction.sql, rows);
      return this.imports.update(transaction.sql, run.id, {
        ...batch.tally,
        imported: current.imported + inserted,
        duplicates: current.duplicates + rows.length - inserted,
        updatedAt: new Date(this.clock.nowMs()),
      });
    });
  }

  async #toRows(
    transaction: Transaction,
    run: ImportRow,
    trades: readonly NumberedTrade[],
  ): Promise<JournalTradeRow[]> {
    const identities = trades.map(({ trade }) => identify(run.format, trade));
    const fingerprints = await this.#fingerprints(transaction, run.id, identities);
    const createdAt = new Date(this.clock.nowMs());
    return trades.map(({ line, trade }, index) => ({
      id: newId(),
      userId: run.userId,
      importId: run.id,
      source: run.format,
      fingerprint: fingerprints[index] ?? '',
      brokerTradeId: trade.brokerTradeId ?? null,
      symbol: trade.symbol,
      side: trade.side,
      quantity: trade.quantity.toFixed(),
      price: trade.price.toFixed(),
      fee: trade.fee.toFixed(),
      feeCurrency: trade.feeCurrency,
      currency: trade.currency,
      executedAt: trade.executedAt,
      line,
      createdAt,
    }));
  }

  async #fingerprints(
    transaction: Transaction,
    importId: string,
    identities: readonly TradeIdentity[],
  ): Promise<string[]> {
    const found = new Map<string, number>();
    for (const identity of identities) {
      if (identity.kind === 'unique') continue;
      found.set(identity.contentHash, (found.get(identity.contentHash) ?? 0) + 1);
    }
    const counted = await this.files.count(transaction.sql, importId, found);
    // Counting down from behind would do as well; what counts is that equal lines get different numbers.
    const next = new Map(
      [...found].map(([hash, inBatch]) => [hash, (counted.get(hash) ?? inBatch) - inBatch]),
    );
    return identities.map((identity) => {
      if (identity.kind === 'unique') return identity.fingerprint;
      const occurrence = next.get(identity.contentHash) ?? 0;
      next.set(identity.contentHash, occurrence + 1);
      return countedFingerprint(identity.contentHash, occurrence);
    });
  }
}

/** Whether the run is still the one that may write: not undone, failed, or begun again by another worker. */
export function isHeldBy(current: ImportRow, run: ImportRow): boolean {
  return current.status === 'running' && current.runs === run.runs;
}
