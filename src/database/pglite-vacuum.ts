import { setImmediate } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';
import { Logger } from '@nestjs/common';
import { MINUTE_MS } from '../kernel/duration.js';

/** As often as PostgreSQL's autovacuum looks, and by its thresholds. */
const LOOK_MS = MINUTE_MS;
const DUE = `
  select format('%I.%I', schemaname, relname) as name from pg_stat_user_tables
  where n_dead_tup > 50 + 0.2 * n_live_tup or n_mod_since_analyze > 50 + 0.1 * n_live_tup
  order by relid`;

/**
 * What PostgreSQL does by itself and PGlite, which has no second process, does not: gives the room of old rows free and
 * counts what the tables have for the planner. Without it the tables of jobs and outbox grow with each change, and
 * the planner takes every table for a small one.
 *
 * The database runs in this thread: a table of 20,000 rows with 60,000 old ones holds it for 0.1 s.
 */
export class PgliteVacuum {
  readonly #logger = new Logger('Database');
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly client: PGlite) {}

  start(): void {
    this.#timer ??= setInterval(() => void this.#look(), LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** @returns the tables that were due. It waits for the transaction under way, and lets others have their turn between two. */
  async run(): Promise<string[]> {
    // What was counted in the last second would not be seen yet.
    await this.client.exec('select pg_stat_force_next_flush()');
    const { rows } = await this.client.query<{ name: string }>(DUE);
    for (const { name } of rows) {
      await this.client.exec(`vacuum (analyze) ${name}`);
      await setImmediate();
    }
    return rows.map(({ name }) => name);
  }

  async #look(): Promise<void> {
    try {
      await this.run();
    } catch (err) {
      if (!this.client.closed) this.#logger.warn({ message: 'vacuum failed', err });
    }
  }
}
