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
import { hideFields } from '../../../kernel/sealed-fields.js';
import { QueueInspector } from '../../../redis/index.js';
import { alreadyReplayed, cannotReplay, unknownDeadLetter } from '../maintenance.errors.js';
import type { DeadLetter, ListDeadLetters, ReplayAll, Replayed } from './queues.dto.js';

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

  /**
   * @throws AppError `maintenance.unknown_dead_letter`, `maintenance.already_replayed`, `maintenance.cannot_replay` for
   *   one that this release would not take: it stays where it is
   */
  async replay(queue: string, id: string, userId: string): Promise<Replayed> {
    if (!isId(id)) throw unknownDeadLetter();
    const answer = await this.#replay({ queue, id, limit: 1 }, userId);
    if (answer.refused > 0) throw cannotReplay();
    if (answer.replayed > 0) return answer;
    throw (await this.rows.find(queue, id)) === undefined ? unknownDeadLetter() : alreadyReplayed();
  }

  /** Those that nobody has replayed, the oldest first. */
  replayAll(queue: string, { job, limit }: ReplayAll, userId: string): Promise<Replayed> {
    return this.#replay({ queue, limit, ...(job !== undefined && { job }) }, userId);
  }

  /** Marked and added in one transaction: twice at the same time is once. The job gets an id of its own. */
  async #replay(filter: ReplayFilter, userId: string): Promise<Replayed> {
    const { added, refused } = await this.database.transaction(async (transaction) => {
      const rows = await this.rows.takeForReplay(transaction.sql, filter, userId);
      const fit = rows.filter((row) => this.inspector.accepts(row));
      const unfit = rows.filter((row) => !fit.includes(row)).map(({ id }) => id);
      await this.rows.reopen(transaction.sql, unfit);
      for (const row of fit) this.outbox.addKeptJob(transaction, row);
      return { added: fit, refused: unfit.length };
    });
    await this.#removeFailed(added);
    return { replayed: added.length, refused };
  }

  /** So that nobody retries them a second time on the dashboard; what is left there goes with its age. */
  async #removeFailed(added: readonly DeadJobRow[]): Promise<void> {
    try {
      for (const { queue, jobId } of added) await this.inspector.removeFailed(queue, jobId);
    } catch (error) {
      this.#logger.debug({ message: 'failed jobs of a replay not removed', err: error });
    }
  }
}

function toDeadLetter({ name, failedAt, replayedAt, ...row }: DeadJobRow): DeadLetter {
  const { id, jobId, payload, reason, attempts, correlationId, replayedBy } = row;
  return {
    id,
    jobId,
    job: name,
    payload: hideFields(payload),
    reason,
    attempts,
    correlationId,
    failedAt: failedAt.toISOString(),
    replayedAt: replayedAt?.toISOString() ?? null,
    replayedBy,
  };
}
