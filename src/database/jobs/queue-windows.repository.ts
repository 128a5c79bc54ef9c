import { eq, sql } from 'drizzle-orm';
import type { JobRateLimit } from '../../kernel/job-store.js';
import type { Sql } from '../database.js';
import { queueStatesTable as states } from './jobs.table.js';

type Limit = NonNullable<JobRateLimit>;

const over = ({ perMs }: Limit) =>
  sql`(${states.windowStartedAt} is null or ${states.windowStartedAt} + ${perMs} * interval '1 millisecond' <= now())`;

/**
 * How many jobs of the queue may still begin in the current window, or in a new one that this opens. In a transaction:
 * whoever else asks waits for its end.
 */
export async function roomInWindow(connection: Sql, queue: string, limit: Limit): Promise<number> {
  const [row] = await connection
    .insert(states)
    .values({ queue, paused: false, windowStartedAt: sql`now()`, windowCount: 0 })
    .onConflictDoUpdate({
      target: states.queue,
      set: {
        windowStartedAt: sql`case when ${over(limit)} then now() else ${states.windowStartedAt} end`,
        windowCount: sql`case when ${over(limit)} then 0 else ${states.windowCount} end`,
      },
    })
    .returning({ count: states.windowCount });
  return Math.max(0, limit.max - (row?.count ?? 0));
}

export async function countInWindow(connection: Sql, queue: string, begun: number): Promise<void> {
  await connection
    .update(states)
    .set({ windowCount: sql`${states.windowCount} + ${begun}` })
    .where(eq(states.queue, queue));
}

/** Milliseconds until another job of the queue may begin; 0 while the window has room. */
export async function windowFullForMs(
  connection: Sql,
  queue: string,
  limit: Limit,
): Promise<number> {
  const endsAt = sql`${states.windowStartedAt} + ${limit.perMs} * interval '1 millisecond'`;
  const [row] = await connection
    .select({
      ms: sql<number>`case when ${states.windowCount} >= ${limit.max} and not ${over(limit)}
        then extract(epoch from ${endsAt} - now()) * 1000 else 0 end::float8`,
    })
    .from(states)
    .where(eq(states.queue, queue));
  return row?.ms ?? 0;
}
