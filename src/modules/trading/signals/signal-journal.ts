import { Inject, Injectable } from '@nestjs/common';
import { Outbox, type Transaction } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { SignalChanged, SignalCreated } from '../trading.events.js';
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

  /** Stores a new signal, and the job that decides about it where it may trade by itself. */
  async create(transaction: Transaction, asked: SignalRow): Promise<Signal> {
    const { id: signalId, userId } = asked;
    const { enabled: automatic } = await this.automatic.limits(transaction.sql, userId);
    await this.signals.insert(transaction.sql, { ...asked, automatic });
    const signal = toSignal(asked, asked.createdAt);
    await this.outbox.publish(transaction, SignalCreated, { userId, signal }, streamOf(signal));
    if (automatic) {
      await this.outbox.addJob(transaction, tradingQueue, 'trade-signal', { signalId });
    }
    return signal;
  }

  /** Nothing comes of it any more: its time was over first. */
  isOver(signal: SignalRow): boolean {
    return statusAt(signal, this.clock.nowMs()) === 'expired';
  }

  /** The signal must be locked. @throws AppError `trading.signal_final` when its life has no such step. */
  async advance(transaction: Transaction, signal: SignalRow, step: SignalStep): Promise<SignalRow> {
    assertSignalStep(signal.status, step.status);
    const updatedAt = new Date(this.clock.nowMs());
    const change = { ...step, updatedAt };
    const row = await this.signals.update(transaction.sql, signal.id, change);
    const { userId } = row;
    const signalNow = toSignal(row, updatedAt);
    await this.outbox.publish(
      transaction,
      SignalChanged,
      { userId, signal: signalNow },
      streamOf(row),
    );
    return row;
  }
}

/** The news of a signal in the order of its steps: each is taken with its row locked. */
function streamOf({ id }: { readonly id: string }): { readonly stream: string } {
  return { stream: `signal:${id}` };
}
