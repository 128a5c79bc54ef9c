import { Injectable, Logger } from '@nestjs/common';
import {
  Database,
  DeadJobsRepository,
  Outbox,
  type DeadJobRow,
  type ReplayFilter,
} from '../../../database/index.js';
import { isId } from '../../../kernel/ids.js';
import { decodeCursor, toPage, type Page } from '../../../kernel/page.js';
import { QueueInspector } from '../../../redis/index.js';
import { alreadyReplayed, unknownDeadLetter } from '../maintenance.errors.js';
import type { DeadLetter, ListDeadLetters, ReplayAll } from './queues.dto.js';

/** Jobs that failed for good: why, and once more. */
@Injectable()
export class DeadLettersService {
  readonly #logger = new Logger('DeadLetters');

  constructor(
    private readonly database: Database,
    private readonly rows: DeadJobsRepository,
    private readonly outbox: Outbox,
    private readonly inspector: QueueInspector,
  ) {}

  /** @throws AppError `request.bad_cursor` */
  async list(queue: string, { state, cursor, limit }: ListDeadLetters): Promise<Page<DeadLetter>> {
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor);
    const rows = await this.rows.list({ queue, state, beforeId, limit: limit + 1 });
    return toPage(rows.map(toDeadLetter), limit);
  }

  /** @throws AppError `maintenance.unknown_dead_letter`, `maintenance.already_replayed` */
  async replay(queue: string, id: string, userId: string): Promise<number> {
    if (!isId(id)) throw unknownDeadLetter();
    const replayed = await this.#replay({ queue, id, limit: 1 }, userId);
    if (replayed > 0) return replayed;
    throw (await this.rows.find(queue, id)) === undefined ? unknownDeadLetter() : alreadyReplayed();
  }

  /** Those that nobody has replayed, the oldest first. @returns how many. */
  replayAll(queue: string, { job, limit }: ReplayAll, userId: string): Promise<number> {
    return this.#replay({ queue, limit, ...(job !== undefined && { job }) }, userId);
  }

  /** Marked and added in one transaction: twice at the same time is once. The job gets an id of its own. */
  async #replay(filter: ReplayFilter, userId: string): Promise<number> {
    const taken = await this.database.transaction(async (transaction) => {
      const rows = await this.rows.takeForReplay(transaction.sql, filter, userId);
      for (const row of rows) this.outbox.addKeptJob(transaction, row);
      return rows;
    });
    for (const { queue, jobId } of taken) await this.#removeFailed(queue, jobId);
    return taken.length;
  }

  /** So that nobody retries it a second time on the dashboard; left there, it goes with its age. */
  async #removeFailed(queue: string, jobId: string): Promise<void> {
    try {
      await this.inspector.removeEnded(queue, jobId);
    } catch (error) {
      this.#logger.debug({ message: 'failed job of a replay not removed', jobId, err: error });
    }
  }
}

function toDeadLetter({ name, failedAt, replayedAt, ...row }: DeadJobRow): DeadLetter {
  const { id, jobId, payload, reason, attempts, correlationId, replayedBy } = row;
  return {
    id,
    jobId,
    job: name,
    payload,
    reason,
    attempts,
    correlationId,
    failedAt: failedAt.toISOString(),
    replayedAt: replayedAt?.toISOString() ?? null,
    replayedBy,
  };
}
