import { sql, type AnyColumn, type SQL } from 'drizzle-orm';

/** Symbols of contracts are longer than those of any listed instrument: 16 characters and more. */
export const isContract = (symbol: AnyColumn): SQL => sql`length(${symbol}) > 15`;

/** The day that a contract expires on, as its symbol has it: yymmdd. */
export const contractDay = (symbol: AnyColumn): SQL => sql`left(right(${symbol}, 15), 6)`;

/** Contracts whose symbol begins with what `contractRoot` makes of the underlying. */
export const isContractOf = (symbol: AnyColumn, root: string): SQL =>
  sql`(${isContract(symbol)} and left(${symbol}, -15) = ${root})`;
