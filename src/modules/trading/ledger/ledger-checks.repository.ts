import { Injectable } from '@nestjs/common';
import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import { ledgerChecksTable as checks, type LedgerCheckRow } from './ledger-checks.table.js';
import type { AccountVerdict } from './ledger-verifier.js';

/** What a batch has found. */
export interface LedgerBatch {
  readonly checkId: string;
  /** The last account of the batch before. */
  readonly afterAccountId: string | undefined;
  readonly verdicts: readonly AccountVerdict[];
  readonly isLast: boolean;
}

/** Of so many accounts the differences are kept: more tell nothing new. */
const MAX_FOUND = 20;

@Injectable()
export class LedgerChecksRepository {
  constructor(private readonly database: Database) {}

  async begin(transaction: Sql, id: string): Promise<void> {
    await transaction.insert(checks).values({ id });
  }

  /** @returns undefined when the batch was counted before: it changes nothing then. */
  async add(
    transaction: Sql,
    { checkId, afterAccountId, verdicts, isLast }: LedgerBatch,
  ): Promise<LedgerCheckRow | undefined> {
    const differing = verdicts.filter(({ differences }) => differences.length > 0);
    const entries = verdicts.reduce((sum, verdict) => sum + verdict.entries, 0);
    const found = JSON.stringify(differing.slice(0, MAX_FOUND));
    const [row] = await transaction
      .update(checks)
      .set({
        accounts: sql`${checks.accounts} + ${verdicts.length}`,
        entries: sql`${checks.entries} + ${entries}`,
        differing: sql`${checks.differing} + ${differing.length}`,
        found: sql`case when ${checks.differing} < ${MAX_FOUND}
          then ${checks.found} || ${found}::jsonb else ${checks.found} end`,
        cursor: verdicts.at(-1)?.accountId ?? afterAccountId ?? null,
        countedAt: sql`now()`,
        ...(isLast && { endedAt: sql`now()` }),
      })
      .where(
        and(
          eq(checks.id, checkId),
          isNull(checks.endedAt),
          afterAccountId === undefined ? isNull(checks.cursor) : eq(checks.cursor, afterAccountId),
        ),
      )
      .returning();
    return row;
  }

  /** The check that was begun last, where it has not ended and has counted nothing for `ms`. */
  async stalled(ms: number): Promise<LedgerCheckRow | undefined> {
    const isStill = sql<boolean>`${checks.countedAt} < now() - ${ms} * interval '1 millisecond'`;
    const [latest] = await this.database.sql
      .select({ check: checks, isStill })
      .from(checks)
      .orderBy(desc(checks.startedAt))
      .limit(1);
    return latest?.isStill && latest.check.endedAt === null ? latest.check : undefined;
  }

  async forget(before: Date): Promise<number> {
    const rows = await this.database.sql
      .delete(checks)
      .where(lt(checks.startedAt, before))
      .returning({ id: checks.id });
    return rows.length;
  }
}
