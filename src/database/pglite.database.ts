import { setImmediate } from 'node:timers/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { sql as statement } from 'drizzle-orm';
import type { PgTransactionConfig } from 'drizzle-orm/pg-core';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { AppError } from '../kernel/app-error.js';
import { DataFolderLock } from './data-folder-lock.js';
import { Database, type Sql } from './database.js';
import { countApplied, migrationsFolder } from './migrations.js';
import { PgliteVacuum } from './pglite-vacuum.js';
import { setParsersOnce } from './pglite-parsers.js';

/** PGlite in this process. Its files take one writer, which it does not check itself: the folder lock does. */
export class PgliteDatabase extends Database {
  override readonly kind = 'pglite';
  override readonly sql: Sql;
  readonly #vacuum: PgliteVacuum;

  private constructor(
    private readonly client: PGlite,
    private readonly lock: DataFolderLock | undefined,
  ) {
    super();
    setParsersOnce(client);
    this.sql = drizzle(client);
    this.#vacuum = new PgliteVacuum(client);
    this.#vacuum.start();
  }

  /**
   * @param dataDir folder of the database, made if missing; `memory://` keeps everything in memory (tests).
   * @throws AppError `database.folder_locked` when another process has it open.
   */
  static async open(dataDir: string): Promise<PgliteDatabase> {
    if (dataDir === 'memory://') return new PgliteDatabase(await PGlite.create(dataDir), undefined);
    try {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw new AppError(
        'unavailable',
        'database.folder_unusable',
        `cannot create DATA_DIR ${dataDir}: ${(cause as Error).message}`,
        { cause },
      );
    }
    const lock = DataFolderLock.acquire(dataDir);
    try {
      return new PgliteDatabase(await PGlite.create(join(dataDir, 'pglite')), lock);
    } catch (cause) {
      lock.release();
      throw new AppError(
        'unavailable',
        'database.folder_unusable',
        `cannot open the database in DATA_DIR ${dataDir}: ${(cause as Error).message}`,
        { cause },
      );
    }
  }

  override migrate(): Promise<number> {
    return countApplied(
      (text) => this.client.query<Record<string, unknown>>(text),
      () => migrate(drizzle(this.client), { migrationsFolder }),
    );
  }

  override async ping(): Promise<void> {
    await this.sql.execute(statement`select 1`);
  }

  protected override async runTransaction<T>(
    work: (sql: Sql) => Promise<T>,
    config?: PgTransactionConfig,
  ): Promise<T> {
    try {
      return await this.sql.transaction(work, config);
    } finally {
      // The database runs in this thread and answers within microtasks: a loop of transactions would let no
      // request, timer or socket have a turn (seen: 36 s for an import of 200,000 rows).
      await setImmediate();
    }
  }

  override async close(): Promise<void> {
    this.#vacuum.stop();
    await this.client.close();
    this.lock?.release();
  }
}
