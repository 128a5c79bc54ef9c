import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import { isConnectionFailure } from '../../../kernel/connection-failure.js';
import type { Lease } from '../../../kernel/lease.js';
import { LivePublisher } from '../../../realtime/index.js';
import { detectFormat } from '../formats/detect-format.js';
import type { RowReader } from '../formats/trade-row.js';
import { importChannel } from '../journal.channels.js';
import { importStuck, incompleteFile, unknownFormat } from '../journal.errors.js';
import { toImportSummary } from '../journal.mappers.js';
import { BatchStore } from './batch-store.js';
import { readCsvRows, type CsvRow } from './csv-rows.js';
import { ImportBatch } from './import-batch.js';
import { ImportFilesRepository } from './import-files.repository.js';
import { ImportLifecycle } from './import-lifecycle.js';
import type { ImportRow } from './imports.table.js';

/** Lines of one transaction: few enough for the embedded database to serve others in between. */
const BATCH_ROWS = 250;
/** Followers see at most so many messages of progress a second: four. */
const PROGRESS_EVERY_MS = 250;

export interface RunOptions {
  /** Of the user's imports: what is written without it is refused. */
  readonly lease: Lease;
  /** Aborts when the run must stop where it is. */
  readonly signal: AbortSignal;
  readonly reportProgress: (percent: number) => Promise<void>;
  /** Nobody will try again: what goes wrong is how the import ends. */
  readonly isLastAttempt: boolean;
}

/** Reads one uploaded file into the journal, holding a chunk of it and a batch of its lines at a time. */
@Injectable()
export class ImportRunner {
  constructor(
    private readonly lifecycle: ImportLifecycle,
    private readonly files: ImportFilesRepository,
    private readonly batches: BatchStore,
    private readonly live: LivePublisher,
  ) {}

  /**
   * Goes on after the last line that an earlier run has stored, and ends the import. A file that cannot be
   * read ends it as failed: no other run would do better.
   * @throws what stopped this run, such as `lock.lost` or `lock.fenced`; another may end it
   */
  async run(importId: string, options: RunOptions): Promise<void> {
    const { lease } = options;
    const run = await this.lifecycle.begin(importId, lease);
    if (run === undefined) return;
    try {
      await this.#read(run, options);
    } catch (error) {
      if (error instanceof AppError && error.kind === 'unprocessable') {
        return this.lifecycle.fail(run, error, lease);
      }
      // A database that is away is outlasted, and who has lost the lock leaves the import to the next holder: the
      // sweep begins again.
      const isPassing = options.signal.aborted || isConnectionFailure(error) || isLockLost(error);
      if (options.isLastAttempt && !isPassing) {
        await this.lifecycle.fail(run, importStuck(error), lease);
      }
      throw error;
    }
  }

  async #read(run: ImportRow, { lease, signal, reportProgress }: RunOptions): Promise<void> {
    const rows = readCsvRows(this.#chunks(run));
    const header = await rows.next();
    const detected = header.done ? undefined : detectFormat(header.value.cells);
    if (!detected) throw unknownFormat([], []);
    let shownAtMs = performance.now();
    for await (const batch of toBatches(rows, run, detected.readRow)) {
      // The embedded database computes in this process and answers without ever waiting: requests would not
      // get a turn before the end of the file.
      await setImmediate();
      signal.throwIfAborted();
      const current = await this.batches.store(run, batch, lease);
      // Undone meanwhile, or another's.
      if (current === undefined) return;
      if (performance.now() - shownAtMs < PROGRESS_EVERY_MS) continue;
      shownAtMs = performance.now();
      await this.#show(current, reportProgress);
    }
    signal.throwIfAborted();
    await this.lifecycle.finish(run, lease);
  }

  async #show(row: ImportRow, reportProgress: RunOptions['reportProgress']): Promise<void> {
    const summary = toImportSummary(row);
    await this.live.publish(importChannel, { userId: row.userId, parameter: row.id }, summary);
    await reportProgress(summary.progressPercent);
  }

  async *#chunks({ id, sizeBytes }: ImportRow): AsyncGenerator<Uint8Array> {
    let length = 0;
    for (let seq = 0; length < sizeBytes; seq += 1) {
      const chunk = await this.files.findChunk(id, seq);
      if (chunk === undefined) throw incompleteFile();
      length += chunk.length;
      yield chunk;
    }
  }
}

function isLockLost(error: unknown): boolean {
  return error instanceof AppError && ['lock.lost', 'lock.fenced'].includes(error.code);
}

/** @param rows those behind the header */
async function* toBatches(
  rows: AsyncIterable<CsvRow>,
  run: ImportRow,
  readRow: RowReader,
): AsyncGenerator<ImportBatch> {
  let batch = new ImportBatch(run);
  let index = 0;
  for await (const { cells, line, bytesRead } of rows) {
    index += 1;
    if (index <= run.rowsRead) continue;
    batch.add(line, bytesRead, readRow(cells));
    if (batch.size < BATCH_ROWS) continue;
    yield batch;
    batch = new ImportBatch(batch.tally);
  }
  if (batch.size > 0) yield batch;
}
