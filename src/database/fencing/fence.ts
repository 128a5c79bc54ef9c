import { eq, sql } from 'drizzle-orm';
import { AppError } from '../../kernel/app-error.js';
import type { Lease } from '../../kernel/lease.js';
import type { Transaction } from '../database.js';
import { madeOnce } from '../made-once.js';
import { fencesTable } from './fences.table.js';

/**
 * Refuses a transaction under a lock that somebody newer has had since: the first thing in every transaction that
 * writes what the lock guards, and in the one that reads what is to be changed.
 *
 * A lock can be lost without its holder knowing: its process stood still for longer than the lease, or a failover
 * forgot the acquisition. The token is remembered as the newest of its resource together with what is written, and
 * other holders' transactions wait here for the end of this one: the older one comes first, or not at all.
 * @throws AppError `lock.lost` (unavailable) when the lease may have ended; `lock.fenced` (conflict) when a newer
 *   holder was here before
 */
export async function fence(transaction: Transaction, ...leases: readonly Lease[]): Promise<void> {
  // In one order, whoever asks: two transactions over the same resources never deadlock.
  const inOrder = leases.toSorted((a, b) => (a.resource < b.resource ? -1 : 1));
  for (const lease of inOrder) {
    lease.throwIfLost();
    if (!(await raise(transaction, lease))) await refuse(transaction, lease);
  }
}

/** @returns false when the resource has seen a newer token, or this one of another holder. */
async function raise({ sql: connection }: Transaction, lease: Lease): Promise<boolean> {
  const { resource, holder, fencingToken: token } = lease;
  const raised = await raiseFence(connection, { resource, token, holder });
  return raised.length === 1;
}

const raiseFence = madeOnce<
  { resource: string; token: bigint; holder: string },
  { resource: string }[]
>((connection) =>
  connection
    .insert(fencesTable)
    .values({
      resource: sql.placeholder('resource'),
      token: sql.placeholder('token'),
      holder: sql.placeholder('holder'),
      raisedAt: sql`now()`,
    })
    .onConflictDoUpdate({
      target: fencesTable.resource,
      set: {
        token: sql`excluded.token`,
        holder: sql`excluded.holder`,
        raisedAt: sql`excluded.raised_at`,
      },
      setWhere: sql`${fencesTable.token} < excluded.token
        or (${fencesTable.token} = excluded.token and ${fencesTable.holder} = excluded.holder)`,
    })
    .returning({ resource: fencesTable.resource })
    .prepare('fences.raise'),
);

async function refuse({ sql: connection }: Transaction, lease: Lease): Promise<never> {
  const [row] = await connection
    .select({ token: fencesTable.token })
    .from(fencesTable)
    .where(eq(fencesTable.resource, lease.resource));
  if (row !== undefined) lease.refuse(row.token);
  throw new AppError(
    'conflict',
    'lock.fenced',
    `${lease.resource} has been written under a newer lock`,
  );
}
