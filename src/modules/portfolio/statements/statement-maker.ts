import { Inject, Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../../kernel/app-error.js';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import {
  Queues,
  ScheduleRegistry,
  type AddJobOptions,
  type JobPayload,
} from '../../../redis/index.js';
import { latestSession } from '../../market-data/index.js';
import { AccountsService, PositionsService } from '../../trading/index.js';
import { analyticsQueue, dailyStatements, STATEMENTS_AFTER_MS } from '../portfolio.queues.js';
import { summarise } from '../portfolio-summary.js';
import { hasMoved, openingOf, type Closing } from './statement.js';
import { StatementsRepository } from './statements.repository.js';
import { closingOf } from './statements.service.js';

type MakeStatements = JobPayload<typeof analyticsQueue, 'make-statements'>;

const BATCH = 100;

/** Writes down, after each session, what every account is in which something has moved. */
@Injectable()
export class StatementMaker {
  readonly #logger = new Logger(StatementMaker.name);

  constructor(
    private readonly accounts: AccountsService,
    private readonly positions: PositionsService,
    private readonly statements: StatementsRepository,
    private readonly queues: Queues,
    @Inject(Clock) private readonly clock: Clock,
    schedules: ScheduleRegistry,
  ) {
    schedules.register(dailyStatements, () => this.start());
  }

  /**
   * Sends the first batch of the latest session to the queue, unless one is there; the accounts that have their
   * statement keep it. Each round has new jobs: of one whose jobs failed for good, the ids are taken for a week.
   */
  async start(roundId = newId()): Promise<{ date: string; jobId: string }> {
    const { date } = latestSession('close', this.clock.nowMs() - STATEMENTS_AFTER_MS);
    const dedupe = { key: `statements ${date}` };
    const { id } = await this.#addBatch({ date, roundId }, { dedupe });
    return { date, jobId: id };
  }

  /**
   * One batch. Of a session after which another has ended nothing is written: what an account is now is not what it was then.
   * @returns how many statements are new
   */
  async make(
    { date, roundId, afterAccountId }: MakeStatements,
    signal: AbortSignal,
  ): Promise<{ made: number }> {
    if (!this.#isLatest(date)) return { made: 0 };
    const batch = await this.accounts.listAll(afterAccountId, BATCH);
    const last = batch.at(-1);
    // First of all: the accounts after these do not depend on how these fare.
    if (last && batch.length === BATCH) {
      await this.#addBatch({ date, roundId, afterAccountId: last.accountId });
    }
    let made = 0;
    let failed = 0;
    for (const { accountId, userId } of batch) {
      signal.throwIfAborted();
      try {
        if (await this.#makeOne(accountId, userId, date)) made += 1;
      } catch (error) {
        failed += 1;
        this.#logger.warn({ message: 'statement not made', err: error, accountId, date });
      }
    }
    if (failed > 0) throw notAllMade(failed, batch.length);
    return { made };
  }

  async #makeOne(accountId: string, userId: string, date: string): Promise<boolean> {
    const { account, positions } = await this.positions.statement(userId);
    const now = summarise(account, positions, this.clock.nowMs());
    const { cash, positionsValue, equity, contributed, realizedPnl } = now;
    const { feesPaid, startingCash } = account;
    const closing: Closing = { cash, positionsValue, equity, contributed, realizedPnl, feesPaid };
    const before = await this.statements.findBefore(accountId, date);
    if (!hasMoved(before ? closingOf(before) : openingOf(startingCash), closing)) return false;
    // Another session may have ended while this account was valued.
    if (!this.#isLatest(date)) return false;
    const held = now.positions.map(({ symbol, quantity, marketValue }) => ({
      symbol,
      quantity,
      marketValue,
    }));
    const asOf = new Date(now.asOf);
    return this.statements.insert({
      id: newId(),
      accountId,
      date,
      asOf,
      ...closing,
      positions: held,
    });
  }

  #isLatest(date: string): boolean {
    const nowMs = this.clock.nowMs();
    return [latestSession('close', nowMs), latestSession('open', nowMs)].every(
      (session) => session.date === date,
    );
  }

  /** The batch after one that is run twice is the same job. */
  #addBatch(
    payload: MakeStatements,
    options?: Pick<AddJobOptions, 'dedupe'>,
  ): Promise<{ id: string }> {
    const { date, roundId, afterAccountId = 'first' } = payload;
    const id = ['statements', date, roundId, afterAccountId].filter(Boolean).join('-');
    return this.queues.add(analyticsQueue, 'make-statements', payload, { ...options, id });
  }
}

function notAllMade(failed: number, of: number): AppError {
  return new AppError(
    'internal',
    'portfolio.statements_not_made',
    `${failed} of ${of} statements were not made`,
    { details: { failed, of } },
  );
}
