import type pg from 'pg';
import type { StatementNames } from './statement-names.js';

type Send = (statement: unknown, ...rest: unknown[]) => unknown;

/** Lets a connection prepare the statements that come again and again: see {@link StatementNames}. */
export function nameStatements(client: pg.ClientBase, names: StatementNames): void {
  const send = client.query.bind(client) as Send;
  const sendNamed: Send = (statement, ...rest) =>
    send(
      isUnnamed(statement) ? { ...statement, name: names.nameOf(statement.text) } : statement,
      ...rest,
    );
  Object.assign(client, { query: sendNamed });
}

/** As drizzle asks: with an object. What is only text takes no values, and is `begin`, say. */
function isUnnamed(statement: unknown): statement is { readonly text: string } {
  return (
    typeof statement === 'object' &&
    statement !== null &&
    'text' in statement &&
    typeof statement.text === 'string' &&
    !('submit' in statement) &&
    (!('name' in statement) || statement.name === undefined)
  );
}
