import { Inject, Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { isId } from '../../../kernel/ids.js';
import { Caches } from '../../../redis/index.js';
import { signalsTag } from '../trading.caches.js';
import { signalFinal, signalNotFound, signalWithoutSize } from '../trading.errors.js';
import { SignalJournal } from './signal-journal.js';
import { toSignal } from './signal-mapper.js';
import { statusAt, type SignalStatus } from './signal-state.js';
import type { ApproveSignal, Signal } from './signals.dto.js';
import { SignalsRepository } from './signals.repository.js';
import type { SignalRow } from './signals.table.js';

/** What the owner of a signal makes of it. */
@Injectable()
export class SignalDecisions {
  constructor(
    private readonly database: Database,
    private readonly signals: SignalsRepository,
    private readonly journal: SignalJournal,
    private readonly caches: Caches,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws AppError `trading.signal_not_found`, also for a signal of somebody else. */
  async get(userId: string, id: string): Promise<Signal> {
    const row = isId(id) ? await this.signals.find(id) : undefined;
    if (row?.userId !== userId) throw signalNotFound();
    return toSignal(row, new Date(this.clock.nowMs()));
  }

  /**
   * The signal will become an order, by a job; one that is to, or has, stays as it is: it never becomes a second one.
   * @throws AppError `trading.signal_not_found`, `trading.signal_final`, `trading.signal_without_size`
   */
  approve(userId: string, id: string, { quantity }: ApproveSignal): Promise<Signal> {
    return this.#decide(userId, id, async (transaction, row, status) => {
      if (status === 'approved' || status === 'executed') return row;
      if (status === 'expired') throw signalFinal(status, 'approved');
      const size =
        quantity === undefined
          ? { quantity: row.quantity, notional: row.notional }
          : { quantity, notional: null };
      if (size.quantity === null && size.notional === null) throw signalWithoutSize();
      const step = { status: 'approved', reason: null, ...size } as const;
      const approved = await this.journal.advance(transaction, row, step);
      await this.journal.addJob(transaction, approved);
      return approved;
    });
  }

  /** @throws AppError `trading.signal_not_found`, `trading.signal_final` */
  dismiss(userId: string, id: string): Promise<Signal> {
    return this.#decide(userId, id, async (transaction, row, status) => {
      if (status === 'dismissed') return row;
      if (status === 'expired') throw signalFinal(status, 'dismissed');
      return this.journal.advance(transaction, row, { status: 'dismissed' });
    });
  }

  async #decide(
    userId: string,
    id: string,
    decide: (transaction: Transaction, row: SignalRow, status: SignalStatus) => Promise<SignalRow>,
  ): Promise<Signal> {
    if (!isId(id)) throw signalNotFound();
    const decided = await this.database.transaction(async (transaction) => {
      const row = await this.signals.lockOne(transaction.sql, id);
      if (row?.userId !== userId) throw signalNotFound();
      return decide(transaction, row, statusAt(row, this.clock.nowMs()));
    });
    await this.caches.invalidateTags([signalsTag(userId)]);
    return toSignal(decided, new Date(this.clock.nowMs()));
  }
}
