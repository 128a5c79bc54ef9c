import { Inject, Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import { Clock } from '../../../kernel/clock.js';
import { DAY_MS } from '../../../kernel/duration.js';
import { Queues, ScheduleRegistry, type JobPayload } from '../../../redis/index.js';
import { AccountsService } from '../../trading/index.js';
import { analyticsQueue, refreshSummaries } from '../portfolio.queues.js';
import { PortfolioService } from '../portfolio.service.js';
import { SLOT_MS } from '../timeframe.js';
import { EquityPointsRepository } from './equity-points.repository.js';

type RecordEquity = JobPayload<typeof analyticsQueue, 'record-equity'>;

const BATCH = 100;
/** Who sold everything is written down for so long yet: what it is left with becomes part of its history. */
const ACTIVE_FOR_MS = DAY_MS;

/** Writes down, slot by slot, what active accounts are worth, and refreshes their summaries on the way. */
@Injectable()
export class EquityRecorder {
  readonly #logger = new Logger(EquityRecorder.name);

  constructor(
    private readonly accounts: AccountsService,
    private readonly portfolio: PortfolioService,
    private readonly points: EquityPointsRepository,
    private readonly queues: Queues,
    schedules: ScheduleRegistry,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    schedules.register(refreshSummaries, () => this.start());
  }

  /** Sends the first batch of the current slot to the queue; a second call within the slot changes nothing. */
  async start(): Promise<{ slotAt: string; jobId: string }> {
    const slotMs = Math.floor(this.clock.nowMs() / SLOT_MS) * SLOT_MS;
    const slotAt = new Date(slotMs).toISOString();
    const { id } = await this.#addBatch({ slotAt });
    return { slotAt, jobId: id };
  }

  /**
   * One batch. A slot that is over is let go: what an account is worth now is not what it was worth then.
   * @returns how many points are new
   */
  async record(
    { slotAt, afterAccountId }: RecordEquity,
    signal: AbortSignal,
  ): Promise<{ recorded: number }> {
    const slotMs = Date.parse(slotAt);
    if (this.clock.nowMs() >= slotMs + SLOT_MS) return { recorded: 0 };
    const since = new Date(slotMs - ACTIVE_FOR_MS);
    const batch = await this.accounts.listActive(since, afterAccountId, BATCH);
    const last = batch.at(-1);
    // First of all: the accounts after these do not depend on how these fare.
    if (last && batch.length === BATCH) {
      await this.#addBatch({ slotAt, afterAccountId: last.accountId });
    }
    let recorded = 0;
    let failed = 0;
    for (const { accountId, userId } of batch) {
      signal.throwIfAborted();
      try {
        if (await this.#recordOne(accountId, userId, slotMs)) recorded += 1;
      } catch (error) {
        failed += 1;
        this.#logger.warn({ message: 'equity not recorded', err: error, accountId, slotAt });
      }
    }
    if (failed > 0) throw notAllRecorded(failed, batch.length);
    return { recorded };
  }

  async #recordOne(accountId: string, userId: string, slotMs: number): Promise<boolean> {
    const { asOf, cash, positionsValue, equity, contributed } =
      await this.portfolio.refresh(userId);
    // The slot may have ended while this account was valued.
    if (Date.parse(asOf) >= slotMs + SLOT_MS) return false;
    return this.points.insert({
      accountId,
      slotAt: new Date(slotMs),
      asOf: new Date(asOf),
      cash,
      positionsValue,
      equity,
      contributed,
    });
  }

  #addBatch(payload: RecordEquity): Promise<{ id: string }> {
    const id = `equity-${Date.parse(payload.slotAt)}-${payload.afterAccountId ?? 'first'}`;
    return this.queues.add(analyticsQueue, 'record-equity', payload, { id });
  }
}

function notAllRecorded(failed: number, of: number): AppError {
  return new AppError(
    'internal',
    'portfolio.equity_not_recorded',
    `${failed} of ${of} accounts were not recorded`,
    { details: { failed, of } },
  );
}
