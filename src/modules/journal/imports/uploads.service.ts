import { Inject, Injectable, Logger } from '@nestjs/common';
import { Database, Outbox } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import type { ImportFormat } from '../formats/trade-row.js';
import type { ImportSummary } from '../journal.dto.js';
import { importUndone, tooManyImports } from '../journal.errors.js';
import { ImportChanged, importStream } from '../journal.events.js';
import { toImportSummary } from '../journal.mappers.js';
import { importsQueue } from '../journal.queues.js';
import { inChunks } from './chunks.js';
import { CsvSniffer } from './csv-sniffer.js';
import type { CsvUpload } from './csv-upload.js';
import { ImportFilesRepository } from './import-files.repository.js';
import { ImportsRepository } from './imports.repository.js';

/** Also what one upload holds in memory, some times over. */
const CHUNK_BYTES = 131_072;
/** Of one user, at the same time: each of them keeps a file in the database. */
const MAX_UNFINISHED_IMPORTS = 5;

/** Takes files: stores them as they arrive, chunk by chunk, and leaves the reading to a job. */
@Injectable()
export class UploadsService {
  readonly #logger = new Logger(UploadsService.name);

  constructor(
    private readonly database: Database,
    private readonly imports: ImportsRepository,
    private readonly files: ImportFilesRepository,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * No transaction is open while the sender sends: the embedded database has one at a time for everybody.
   * Of an upload that breaks off, nothing stays.
   * @throws AppError `journal.too_many_imports`, and what {@link CsvSniffer} and {@link CsvUpload} throw
   */
  async receive(userId: string, upload: CsvUpload): Promise<ImportSummary> {
    const sniffer = new CsvSniffer();
    const importId = newId();
    let [seq, sizeBytes] = [0, 0];
    try {
      for await (const chunk of inChunks(upload.bytes, CHUNK_BYTES)) {
        sniffer.take(chunk);
        if (seq === 0) await this.#begin(userId, importId, upload.fileName, sniffer.format);
        await this.files.addChunk(importId, seq, chunk);
        seq += 1;
        sizeBytes += chunk.length;
      }
      sniffer.end();
      await upload.assertLast();
      return await this.#queue(userId, importId, sizeBytes);
    } catch (error) {
      if (seq > 0) await this.#discard(importId);
      throw error;
    }
  }

  async #begin(
    userId: string,
    id: string,
    fileName: string,
    format: ImportFormat = 'generic',
  ): Promise<void> {
    const now = new Date(this.clock.nowMs());
    const row = {
      ...{ id, userId, fileName, format, status: 'uploading' as const },
      ...{ sizeBytes: 0, runs: 0, bytesRead: 0, rowsRead: 0 },
      ...{ imported: 0, duplicates: 0, skipped: 0, failed: 0 },
      ...{ skippedReasons: {}, errors: [], failureCode: null, failureMessage: null },
      ...{ version: 1, createdAt: now, updatedAt: now, finishedAt: null },
    };
    if (await this.imports.insertUnlessBusy(row, MAX_UNFINISHED_IMPORTS)) return;
    throw tooManyImports(MAX_UNFINISHED_IMPORTS);
  }

  #queue(userId: string, importId: string, sizeBytes: number): Promise<ImportSummary> {
    return this.database.transaction(async (transaction) => {
      const row = await this.imports.lock(transaction.sql, importId);
      if (row?.status !== 'uploading') throw importUndone();
      const updatedAt = new Date(this.clock.nowMs());
      const change = { status: 'queued' as const, sizeBytes, updatedAt };
      const summary = toImportSummary(await this.imports.update(transaction.sql, importId, change));
      await this.outbox.addJob(transaction, importsQueue, 'import-trades', { importId });
      const news = { userId, import: summary };
      await this.outbox.publish(transaction, ImportChanged, news, importStream(importId));
      return summary;
    });
  }

  async #discard(importId: string): Promise<void> {
    try {
      await this.imports.discardUpload(importId);
    } catch (error) {
      // The sweep finds it; the sender is told what went wrong first.
      this.#logger.warn({ message: 'broken upload not removed yet', importId, err: error });
    }
  }
}
