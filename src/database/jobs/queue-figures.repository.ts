import { Injectable } from '@nestjs/common';
import { getTableColumns, gt, lt, sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import {
  QueueFigures,
  sumOf,
  type CoveredFigures,
  type JobFigures,
} from '../../kernel/job-figures.js';
import { Database } from '../database.js';
import { fromNow } from './job-columns.js';
import { queueFiguresTable as figures } from './queue-figures.table.js';

@Injectable()
export class DatabaseQueueFigures extends QueueFigures {
  constructor(private readonly database: Database) {
    super();
  }

  override async add(queue: string, counted: JobFigures): Promise<void> {
    const { wait, run } = counted;
    await this.database.sql
      .insert(figures)
      .values({
        queue,
        minuteAt: sql`date_trunc('minute', now())`,
        ...counted,
        wait: [...wait],
        run: [...run],
      })
      .onConflictDoUpdate({
        target: [figures.minuteAt, figures.queue],
        set: {
          completed: plus(figures.completed),
          failed: plus(figures.failed),
          retried: plus(figures.retried),
          waitSumMs: plus(figures.waitSumMs),
          runSumMs: plus(figures.runSumMs),
          wait: eachPlus(figures.wait),
          run: eachPlus(figures.run),
        },
      });
  }

  override async since(windowMs: number): Promise<ReadonlyMap<string, CoveredFigures>> {
    const begin = fromNow(-windowMs);
    const firstMinute = sql`date_trunc('minute', ${begin}) + interval '1 minute'`;
    const rows = await this.database.sql
      .select({
        ...getTableColumns(figures),
        coveredMs: sql`1000 * extract(epoch from now() - (${firstMinute}))`.mapWith(Number),
      })
      .from(figures)
      .where(gt(figures.minuteAt, begin));
    const queues = new Map(rows.map(({ queue, coveredMs }) => [queue, coveredMs]));
    return new Map(
      [...queues].map(([name, coveredMs]) => [
        name,
        { ...sumOf(rows.filter(({ queue }) => queue === name)), coveredMs },
      ]),
    );
  }

  override async forget(olderThanMs: number): Promise<number> {
    const rows = await this.database.sql
      .delete(figures)
      .where(lt(figures.minuteAt, fromNow(-olderThanMs)))
      .returning({ queue: figures.queue });
    return rows.length;
  }
}

function added(column: PgColumn): SQL {
  return sql`excluded.${sql.identifier(column.name)}`;
}

function plus(column: PgColumn): SQL {
  return sql`${column} + ${added(column)}`;
}

function eachPlus(column: PgColumn): SQL {
  return sql`(select array_agg(coalesce(old, 0) + coalesce(new, 0) order by place)
    from unnest(${column}, ${added(column)}) with ordinality as bucket(old, new, place))`;
}
