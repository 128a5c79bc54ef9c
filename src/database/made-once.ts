import { getTableColumns, sql as statement } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Sql } from './database.js';

interface Prepared<Result> {
  execute(values: Record<string, unknown>): Promise<Result>;
}

/**
 * A statement of a hot path whose text is made once for each connection, and not each time: for drizzle that costs more
 * than the driver needs to send it and to read the answer.
 * @param prepare with `sql.placeholder('…')` where the values go, ending in `.prepare(name)`; the name is this statement's alone
 */
export function madeOnce<Values extends Record<string, unknown>, Result>(
  prepare: (sql: Sql) => Prepared<Result>,
): (sql: Sql, values: Values) => Promise<Result> {
  const made = new WeakMap<Sql, Prepared<Result>>();
  return (sql, values) => {
    const known = made.get(sql);
    if (known !== undefined) return known.execute(values);
    const prepared = prepare(sql);
    made.set(sql, prepared);
    return prepared.execute(values);
  };
}

/** {@link madeOnce} of an insert of one row, with a value for every column. */
export function insertMadeOnce<Table extends PgTable>(
  table: Table,
  name: string,
): (sql: Sql, row: Table['$inferSelect']) => Promise<void> {
  const columns = getTableColumns(table);
  const names = Object.keys(columns);
  const insert = madeOnce((sql) => {
    const places = names.map((column) => [column, statement`${statement.placeholder(column)}`]);
    return sql
      .insert(table)
      .values(Object.fromEntries(places) as Table['$inferInsert'])
      .prepare(name);
  });
  return async (sql, row) => {
    const values = row as Readonly<Record<string, unknown>>;
    const encoded = names.map((column) => {
      const value = values[column] ?? null;
      return [column, value === null ? null : columns[column]?.mapToDriverValue(value)];
    });
    await insert(sql, Object.fromEntries(encoded) as Record<string, unknown>);
  };
}

/**
 * Statements of one transaction that are asked for at once: they go out one behind the other, in this order, and cost one
 * wait. Ends when the last has its answer, also when one has failed: none may come once the transaction has ended.
 * @throws what the first of them, in this order, threw
 */
export async function together<Results extends readonly unknown[]>(
  ...asked: { readonly [Index in keyof Results]: Promise<Results[Index]> }
): Promise<Results> {
  const outcomes = await Promise.allSettled(asked);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value) as never;
}
