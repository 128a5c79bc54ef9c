import { Inject, Injectable } from '@nestjs/common';
import { Database, Outbox } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { MINUTE_MS } from '../../../kernel/duration.js';
import { ScheduleRegistry } from '../../../redis/index.js';
import { importsQueue } from '../journal.queues.js';
import { sweepUploadsSchedule } from '../journal.schedules.js';
import { ImportFilesRepository } from './import-files.repository.js';
import { ImportsRepository } from './imports.repository.js';

/** Well above what a request may take. */
const UPLOAD_MS = 10 * MINUTE_MS;
/** A running import stores something every second or so. */
const SILENCE_MS = 2 * MINUTE_MS;
const MAX_RESTARTS = 100;

/** What crashes and lost queues leave behind. */
@Injectable()
export class UploadSweep {
  constructor(
    private readonly database: Database,
    private readonly imports: ImportsRepository,
    private readonly files: ImportFilesRepository,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
    schedules: ScheduleRegistry,
  ) {
    schedules.register(sweepUploadsSchedule, async () => ({ ...(await this.sweep()) }));
  }

  /** Safe to run any number of times. */
  async sweep(): Promise<{ uploads: number; chunks: number; restarted: number }> {
    const nowMs = this.clock.nowMs();
    const uploads = await this.imports.discardUploads(new Date(nowMs - UPLOAD_MS));
    const chunks = await this.files.removeLeftovers();
    return {
      uploads,
      chunks,
      restarted: await this.#restartSilent(nowMs),
    };
  }

  /** @returns how many. */
  async #restartSilent(nowMs: number): Promise<number> {
    const before = new Date(nowMs - SILENCE_MS);
    const silent = await this.imports.findSilent(before, MAX_RESTARTS);
    for (const importId of silent) await this.#restart(importId, new Date(nowMs));
    return silent.length;
  }

  /** Its job was lost with the queue, or has used up its attempts while the database was away. */
  #restart(importId: string, updatedAt: Date): Promise<void> {
    return this.database.transaction(async (transaction) => {
      await this.imports.update(transaction.sql, importId, { updatedAt });
      await this.outbox.addJob(transaction, importsQueue, 'import-trades', { importId });
    });
  }
}
