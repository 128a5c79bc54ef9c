import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { isId } from '../../../kernel/ids.js';
import { decodeCursor, toPage, type Page } from '../../../kernel/page.js';
import { Caches } from '../../../redis/index.js';
import type { PageQuery } from '../../../http/index.js';
import { journalTag } from '../journal.caches.js';
import type { Import, ImportSummary } from '../journal.dto.js';
import { importNotFound } from '../journal.errors.js';
import { toImport, toImportSummary } from '../journal.mappers.js';
import { ImportLifecycle } from './import-lifecycle.js';
import { ImportsRepository } from './imports.repository.js';

/** Shows a user's imports and undoes them. */
@Injectable()
export class ImportsService {
  constructor(
    private readonly imports: ImportsRepository,
    private readonly lifecycle: ImportLifecycle,
    private readonly caches: Caches,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws AppError `journal.import_not_found`, also for an import of somebody else. */
  async get(userId: string, importId: string): Promise<Import> {
    const row = isId(importId) ? await this.imports.findOwn(userId, importId) : undefined;
    if (!row) throw importNotFound();
    return toImport(row);
  }

  async list(userId: string, { cursor, limit }: PageQuery): Promise<Page<ImportSummary>> {
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor);
    const rows = await this.imports.list(userId, beforeId, limit + 1);
    return toPage(rows.map(toImportSummary), limit);
  }

  /**
   * Who asks for the journal after this has answered, sees it without the trades.
   * @throws AppError `journal.import_not_found`, also for an import of somebody else.
   */
  async undo(userId: string, importId: string): Promise<Import> {
    const row = isId(importId) ? await this.lifecycle.undo(userId, importId) : undefined;
    if (!row) throw importNotFound();
    // The event does the same, a moment later and for certain.
    await this.caches.invalidateTags([journalTag(userId)]);
    return toImport(row);
  }

  /** The user whose import waits to be run, or was interrupted. */
  async findOwnerOfWaiting(importId: string): Promise<string | undefined> {
    const row = await this.imports.find(importId);
    return row?.status === 'queued' || row?.status === 'running' ? row.userId : undefined;
  }

  /** Ids of imports that wait, oldest first. */
  findQueued(limit: number): Promise<string[]> {
    return this.imports.findQueued(limit);
  }

  /** Keeps the sweep from taking a waiting import for a forgotten one. */
  keepWaiting(importId: string): Promise<void> {
    return this.imports.touch(importId, new Date(this.clock.nowMs()));
  }
}
