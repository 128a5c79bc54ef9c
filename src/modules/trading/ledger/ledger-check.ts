import { Inject, Injectable, Logger } from '@nestjs/common';
import { Database, Outbox } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { DAY_MS, HOUR_MS } from '../../../kernel/duration.js';
import { newId } from '../../../kernel/ids.js';
import type { JobPayload } from '../../../redis/index.js';
import { LedgerCheckStalled, LedgerReconciled } from '../trading.events.js';
import { ledgerQueue } from '../trading.queues.js';
import { LedgerChecksRepository } from './ledger-checks.repository.js';
import { LedgerVerifier, type AccountVerdict } from './ledger-verifier.js';

const BATCH = 200;
const KEPT_MS = 90 * DAY_MS;
/** Longer than all attempts at a batch take together, behind other jobs of the queue. */
const STALLED_MS = HOUR_MS;

/** Holds every account against its journal, once a day, in jobs. Nothing is corrected: a person looks at it. */
@Injectable()
export class LedgerCheck {
  readonly #logger = new Logger(LedgerCheck.name);

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly verifier: LedgerVerifier,
    private readonly checks: LedgerChecksRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async start(): Promise<{ checkId: string; forgotten: number }> {
    const checkId = newId();
    await this.database.transaction(async (transaction) => {
      await this.checks.begin(transaction.sql, checkId);
      await this.outbox.addJob(transaction, ledgerQueue, 'verify-ledger', { checkId });
    });
    const forgotten = await this.checks.forget(new Date(this.clock.nowMs() - KEPT_MS));
    return { checkId, forgotten };
  }

  /** Tells of a check whose jobs failed or are gone: it comes to no end. The next one that does says that all is well. */
  async tellOfStalled(): Promise<{ stalled: string | null }> {
    const check = await this.checks.stalled(STALLED_MS);
    if (check === undefined) return { stalled: null };
    const { id: checkId, startedAt, accounts } = check;
    const told = { checkId, startedAt: startedAt.toISOString(), accounts };
    await this.database.transaction((transaction) =>
      this.outbox.publish(transaction, LedgerCheckStalled, told),
    );
    return { stalled: checkId };
  }

  /** One batch of at most `limit` accounts; run twice, it counts once. */
  async verify(
    { checkId, afterAccountId }: JobPayload<typeof ledgerQueue, 'verify-ledger'>,
    signal: AbortSignal,
    limit = BATCH,
  ): Promise<{ accounts: number; differing: number }> {
    const verdicts: AccountVerdict[] = [];
    for await (const verdict of this.verifier.verify(afterAccountId, limit)) {
      signal.throwIfAborted();
      verdicts.push(verdict);
    }
    const isLast = verdicts.length < limit;
    const differing = verdicts.filter(({ differences }) => differences.length > 0);
    for (const { accountId, differences } of differing) {
      this.#logger.error({ message: 'account differs from its journal', accountId, differences });
    }
    const batch = { checkId, afterAccountId, verdicts, isLast };
    await this.database.transaction(async (transaction) => {
      const row = await this.checks.add(transaction.sql, batch);
      if (row === undefined) return;
      const { accounts, entries, differing: differ, found, cursor } = row;
      if (isLast) {
        const accountIds = found.map(({ accountId }) => accountId);
        const told = { checkId, accounts, entries, differing: differ, accountIds };
        await this.outbox.publish(transaction, LedgerReconciled, told);
      } else if (cursor !== null) {
        const next = { checkId, afterAccountId: cursor };
        await this.outbox.addJob(transaction, ledgerQueue, 'verify-ledger', next);
      }
    });
    return { accounts: verdicts.length, differing: differing.length };
  }
}
