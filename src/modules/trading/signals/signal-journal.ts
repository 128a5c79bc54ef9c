import { Inject, Injectable } from '@nestjs/common';
import { Outbox, type Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { signalStream, SignalChanged, SignalCreated } from '../trading.events.js';
import { tradingQueue } from '../trading.queues.js';
import { AutoTradingService } from './auto-trading.service.js';
import { toSignal } from './signal-mapper.js';
import { assertSignalStep, statusAt, type SignalStatus } from './signal-state.js';
import type { Signal } from './signals.dto.js';
import { SignalsRepository } from './signals.repository.js';
import type { SignalRow } from './signals.table.js';

export type SignalStep = { readonly status: SignalStatus } & Partial<
  Pick<SignalRow, 'reason' | 'orderId' | 'quantity' | 'notional'>
>;

/** The steps of a signal's life: each is stored together with the news of it. */
@Injectable()
export class SignalJournal {
  constructor(
    private readonly signals: SignalsRepository,
    private readonly automatic: AutoTradingService,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Stores a new signal, and the job that decides about it where it may trade by itself. The user's signals must be locked.
   */
  async create(transaction: Transaction, asked: SignalRow): Promise<Signal> {
    const { userId } = asked;
    const { enabled: automatic } = await this.automatic.limits(transaction.sql, userId);
    await this.signals.insert(transaction.sql, { ...asked, automatic });
    const signal = toSignal(asked, asked.createdAt);
    await this.outbox.publish(transaction, SignalCreated, { userId, signal }, signalStream(userId));
    if (automatic) await this.addJob(transaction, asked);
    return signal;
  }

  /** The job that decides about the signal: in the stream of the user's signals, which must be locked. */
  async addJob(
    transaction: Transaction,
    { id: signalId, userId }: Pick<SignalRow, 'id' | 'userId'>,
  ): Promise<void> {
    const stream = signalStream(userId);
    await this.outbox.addJob(transaction, tradingQueue, 'trade-signal', { signalId }, stream);
  }

  /** Nothing comes of it any more: its time was over first. */
  isOver(signal: SignalRow): boolean {
    return statusAt(signal, this.clock.nowMs()) === 'expired';
  }

  /**
   * The signal must be locked; until the transaction ends, all of its user are, so that their news keep the order of
   * the commits.
   * @throws AppError `trading.signal_final` when its life has no such step.
   */
  async advance(transaction: Transaction, signal: SignalRow, step: SignalStep): Promise<SignalRow> {
    assertSignalStep(signal.status, step.status);
    const { id, userId } = signal;
    await this.signals.lock(transaction.sql, userId);
    const updatedAt = new Date(this.clock.nowMs());
    const row = await this.signals.update(transaction.sql, id, { ...step, updatedAt });
    const changed = { userId, signal: toSignal(row, updatedAt) };
    await this.outbox.publish(transaction, SignalChanged, changed, signalStream(userId));
    return row;
  }
}
