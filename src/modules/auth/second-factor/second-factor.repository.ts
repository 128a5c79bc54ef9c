import { Injectable } from '@nestjs/common';
import { and, count, eq, isNull } from 'drizzle-orm';
import { Database, type Sql } from '../../../database/index.js';
import type { Misses } from './misses.js';
import { recoveryCodesTable, secondFactorsTable } from './second-factor.table.js';

export interface SecondFactor extends Misses {
  readonly sealedSecret: string;
  readonly isConfirmed: boolean;
  readonly lastStep: number;
}

/** What a code changed: that it was taken, or that it was wrong. */
export type FactorChange = { readonly lastStep: number } | Misses;

@Injectable()
export class SecondFactorRepository {
  constructor(private readonly database: Database) {}

  /** A secret that nothing is asked for yet, instead of one like it. @returns false: one is in use */
  async begin(userId: string, sealedSecret: string, now: Date): Promise<boolean> {
    const fresh = { sealedSecret, lastStep: 0, misses: 0, missedSince: now };
    const begun = await this.database.sql
      .insert(secondFactorsTable)
      .values({ userId, ...fresh })
      .onConflictDoUpdate({
        target: secondFactorsTable.userId,
        set: fresh,
        setWhere: isNull(secondFactorsTable.confirmedAt),
      })
      .returning({ userId: secondFactorsTable.userId });
    return begun.length === 1;
  }

  async find(userId: string): Promise<SecondFactor | undefined> {
    const [row] = await this.#rows(this.database.sql, userId);
    return row && toSecondFactor(row);
  }

  /** {@link find}, and keeps others from changing it until the transaction ends. */
  async lock(transaction: Sql, userId: string): Promise<SecondFactor | undefined> {
    const [row] = await this.#rows(transaction, userId).for('update');
    return row && toSecondFactor(row);
  }

  async change(transaction: Sql, userId: string, change: FactorChange): Promise<void> {
    const set =
      'lastStep' in change
        ? { ...change, misses: 0 }
        : { misses: change.misses, missedSince: new Date(change.missedSinceMs) };
    await transaction
      .update(secondFactorsTable)
      .set(set)
      .where(eq(secondFactorsTable.userId, userId));
  }

  /** Puts this very secret to use. @returns false: it is in use already, or is no longer the one that was begun */
  async confirm(
    transaction: Sql,
    userId: string,
    sealedSecret: string,
    confirmedAt: Date,
  ): Promise<boolean> {
    const confirmed = await transaction
      .update(secondFactorsTable)
      .set({ confirmedAt })
      .where(
        and(
          eq(secondFactorsTable.userId, userId),
          eq(secondFactorsTable.sealedSecret, sealedSecret),
          isNull(secondFactorsTable.confirmedAt),
        ),
      )
      .returning({ userId: secondFactorsTable.userId });
    return confirmed.length === 1;
  }

  async remove(transaction: Sql, userId: string): Promise<void> {
    await transaction.delete(recoveryCodesTable).where(eq(recoveryCodesTable.userId, userId));
    await transaction.delete(secondFactorsTable).where(eq(secondFactorsTable.userId, userId));
  }

  /** Those from before are worth nothing any more. */
  async replaceRecoveryCodes(
    transaction: Sql,
    userId: string,
    hashes: readonly string[],
  ): Promise<void> {
    await transaction.delete(recoveryCodesTable).where(eq(recoveryCodesTable.userId, userId));
    await transaction.insert(recoveryCodesTable).values(hashes.map((hash) => ({ userId, hash })));
  }

  /** @returns whether it was there: to one caller alone */
  async useRecoveryCode(transaction: Sql, userId: string, hash: string): Promise<boolean> {
    const used = await transaction
      .delete(recoveryCodesTable)
      .where(and(eq(recoveryCodesTable.userId, userId), eq(recoveryCodesTable.hash, hash)))
      .returning({ hash: recoveryCodesTable.hash });
    return used.length === 1;
  }

  async countRecoveryCodes(userId: string): Promise<number> {
    const [row] = await this.database.sql
      .select({ codes: count() })
      .from(recoveryCodesTable)
      .where(eq(recoveryCodesTable.userId, userId));
    return row?.codes ?? 0;
  }

  #rows(sql: Sql, userId: string) {
    return sql.select().from(secondFactorsTable).where(eq(secondFactorsTable.userId, userId));
  }
}

function toSecondFactor(row: typeof secondFactorsTable.$inferSelect): SecondFactor {
  const { sealedSecret, confirmedAt, lastStep, misses, missedSince } = row;
  const isConfirmed = confirmedAt !== null;
  return { sealedSecret, isConfirmed, lastStep, misses, missedSinceMs: missedSince.getTime() };
}
