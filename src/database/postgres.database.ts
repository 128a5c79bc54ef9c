import { sql as statement } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type { PgTransactionConfig } from 'drizzle-orm/pg-core';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { AppError } from '../kernel/app-error.js';
import { isConnectionFailure } from '../kernel/connection-failure.js';
import { Database, type Sql } from './database.js';
import { countApplied, migrationsFolder } from './migrations.js';
import { nameStatements } from './named-statements.js';
import { StatementNames } from './statement-names.js';

/** Any number that no other program on the same database uses: held while migrations are applied. */
const MIGRATION_LOCK = 4_821_306_557;

/** Longer than any migration of ours takes; a process that hangs on to the lock is then an error and not a silence. */
const MIGRATION_LOCK_TIMEOUT_MS = 120_000;

export interface PostgresOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** Told of errors of idle connections, which have no caller to throw to. */
  readonly onError: (error: Error) => void;
}

/** PostgreSQL through a pool whose every wait is bounded. */
export class PostgresDatabase extends Database {
  override readonly kind = 'postgres';
  override readonly sql: Sql;
  readonly #pool: pg.Pool;
  readonly #options: PostgresOptions;
  readonly #sqls = new WeakMap<pg.PoolClient, Sql>();

  constructor(options: PostgresOptions) {
    super();
    this.#options = options;
    this.#pool = new pg.Pool({
      // Statements that are asked for at once are sent one behind the other, without waiting for the answers in between.
      pipeline: true,
      connectionString: options.url,
      max: options.poolSize,
      connectionTimeoutMillis: options.connectTimeoutMs,
      statement_timeout: options.statementTimeoutMs,
      // Bounds what the server cannot: a cut or frozen connection that would never answer.
      query_timeout: options.statementTimeoutMs + 1_000,
      idle_in_transaction_session_timeout: options.statementTimeoutMs,
      application_name: 'bourse',
      keepAlive: true,
    });
    const names = new StatementNames();
    this.#pool.on('error', options.onError);
    // The pool listens to idle connections alone. One that dies in a transaction would end the process.
    this.#pool.on('connect', (client) => {
      client.on('error', options.onError);
      nameStatements(client, names);
    });
    this.sql = drizzle(this.#pool);
  }

  override async migrate(): Promise<number> {
    // One connection for lock and migration, without the time-outs that are meant for requests.
    const client = new pg.Client({
      connectionString: this.#options.url,
      connectionTimeoutMillis: this.#options.connectTimeoutMs,
      application_name: 'bourse-migrate',
    });
    client.on('error', this.#options.onError);
    try {
      await client.connect();
    } catch (cause) {
      throw unreachable(cause);
    }
    try {
      await client.query(`set lock_timeout = ${MIGRATION_LOCK_TIMEOUT_MS}`);
      await client.query(`select pg_advisory_lock(${MIGRATION_LOCK})`);
      return await countApplied(
        (text) => client.query<Record<string, unknown>>(text),
        () => migrate(drizzle(client), { migrationsFolder }),
      );
    } finally {
      // Ending the connection releases the lock, also after an error.
      await client.end();
    }
  }

  override async ping(): Promise<void> {
    await this.sql.execute(statement`select 1`);
  }

  protected override async runTransaction<T>(
    work: (sql: Sql) => Promise<T>,
    config?: PgTransactionConfig,
  ): Promise<T> {
    const client = await this.#pool.connect();
    let unusable = false;
    try {
      return await this.#transact(client, work, config);
    } catch (error) {
      unusable = isConnectionFailure(error);
      throw error;
    } finally {
      client.release(unusable);
    }
  }

  async #transact<T>(
    client: pg.PoolClient,
    work: (sql: Sql) => Promise<T>,
    config: PgTransactionConfig | undefined,
  ): Promise<T> {
    // Not waited for: it goes out with the first statement. Only a broken connection refuses it, and all that follows.
    const begun = client.query(beginOf(config));
    begun.catch(() => undefined);
    try {
      const result = await work(this.#sqlOf(client));
      await begun;
      const { command } = await client.query('commit');
      // So PostgreSQL answers when a statement had failed, and nobody was told.
      if (command === 'ROLLBACK') throw new Error('the transaction had failed, and is undone');
      return result;
    } catch (error) {
      if (!isConnectionFailure(error)) await client.query('rollback');
      throw error;
    }
  }

  /** One for the life of the connection: with it live the statements that are made once for each. */
  #sqlOf(client: pg.PoolClient): Sql {
    const known = this.#sqls.get(client);
    if (known !== undefined) return known;
    const made = drizzle(client);
    this.#sqls.set(client, made);
    return made;
  }

  override close(): Promise<void> {
    return this.#pool.end();
  }
}

function unreachable(cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message || 'no answer' : 'no answer';
  return new AppError(
    'unavailable',
    'database.unreachable',
    `cannot reach PostgreSQL at DATABASE_URL: ${reason}`,
    { cause },
  );
}

function beginOf({ isolationLevel, accessMode, deferrable }: PgTransactionConfig = {}): string {
  return [
    'begin',
    ...(isolationLevel === undefined ? [] : [`isolation level ${isolationLevel}`]),
    ...(accessMode === undefined ? [] : [accessMode]),
    ...(deferrable === undefined ? [] : [deferrable ? 'deferrable' : 'not deferrable']),
  ].join(' ');
}
