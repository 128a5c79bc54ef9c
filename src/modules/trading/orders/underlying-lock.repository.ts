import { sql } from 'drizzle-orm';
import { madeOnce, type Sql } from '../../../database/index.js';
import { contractRoot, parseOccSymbol } from '../../market-data/index.js';

// Orders for a symbol and for contracts on it keep out what is announced of it, and it them: each until its transaction ends.
// Without it an order that nobody sees yet, for it is not committed, is missed by an action that takes effect meanwhile.

const keyOf = (value: unknown) => sql`hashtextextended(${value}, 0)`;
const nameOf = (symbol: string): string =>
  `corporate_actions:${parseOccSymbol(symbol)?.root ?? contractRoot(symbol)}`;

const shared = madeOnce<{ name: string }, unknown>((connection) =>
  connection
    .select({ held: sql`pg_advisory_xact_lock_shared(${keyOf(sql.placeholder('name'))})::text` })
    .from(sql`(values (1)) as one`)
    .prepare('orders.share-underlying'),
);

/** Of who places an order. The account is locked before. */
export async function shareUnderlying(transaction: Sql, symbol: string): Promise<void> {
  await shared(transaction, { name: nameOf(symbol) });
}

/**
 * Of who announces something: waits until the orders of now are committed or undone, whose accounts are locked all the
 * while. To wait for one of those accounts afterwards would be to wait for who waits here.
 */
export async function takeUnderlying(transaction: Sql, symbol: string): Promise<void> {
  await transaction.execute(sql`select pg_advisory_xact_lock(${keyOf(nameOf(symbol))})`);
}
