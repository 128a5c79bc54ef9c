import type { PgDatabase, PgQueryResultHKT, PgTransactionConfig } from 'drizzle-orm/pg-core';

/** Drizzle over either driver; also what a transaction hands on. */
export type Sql = PgDatabase<PgQueryResultHKT>;

export interface Transaction {
  readonly sql: Sql;
  /** Runs as the last part of the transaction, in order of registration; when it throws, all is rolled back. */
  beforeCommit(work: () => Promise<void>): void;
  /** Runs once the transaction is committed, in order of registration; never when it is rolled back. */
  afterCommit(action: () => void): void;
}

/** The database of this process: PostgreSQL or the embedded PGlite. */
export abstract class Database {
  /** For single statements; what belongs together goes through {@link transaction}. */
  abstract readonly sql: Sql;
  /** `postgres` or `pglite`, for health and logs. */
  abstract readonly kind: 'postgres' | 'pglite';

  /** Applies the committed migrations that are missing; safe to call from several processes at once. @returns how many. */
  abstract migrate(): Promise<number>;
  abstract close(): Promise<void>;
  /** Throws when the database does not answer. */
  abstract ping(): Promise<void>;

  /** Reads that must agree with each other: all see the database as it was at the first of them. */
  snapshot<T>(read: (sql: Sql) => Promise<T>): Promise<T> {
    return this.runTransaction(read, {
      isolationLevel: 'repeatable read',
      accessMode: 'read only',
    });
  }

  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const actions: (() => void)[] = [];
    const result = await this.runTransaction(async (sql) => {
      const last: (() => Promise<void>)[] = [];
      const worked = await work({
        sql,
        beforeCommit: (part) => last.push(part),
        afterCommit: (action) => actions.push(action),
      });
      for (const part of last) await part();
      return worked;
    });
    for (const action of actions) action();
    return result;
  }

  /** Commits what `work` did, or undoes it when `work` throws. */
  protected abstract runTransaction<T>(
    work: (sql: Sql) => Promise<T>,
    config?: PgTransactionConfig,
  ): Promise<T>;
}
