import { types, type PGlite, type QueryOptions, type Transaction } from '@electric-sql/pglite';

type Send = PGlite['query'];

/** What drizzle wants as the text it is, to make of it what the column says; the last ones are lists (`numeric[]` …). */
const AS_TEXT = [
  types.TIMESTAMP,
  types.TIMESTAMPTZ,
  types.INTERVAL,
  types.DATE,
  1231,
  1115,
  1185,
  1187,
  1182,
];
const PARSERS = Object.fromEntries(AS_TEXT.map((type) => [type, (text: string) => text]));

/**
 * Sets the parsers that drizzle hands along with each statement once, for all statements of this database. For those of a
 * statement PGlite copies its table of several hundred, which costs as much as the statement itself.
 */
export function setParsersOnce(client: PGlite): void {
  Object.assign(client.parsers, PARSERS);
  const transaction = client.transaction.bind(client);
  Object.assign(client, {
    query: withoutParsers(client.query.bind(client)),
    transaction: <T>(work: (inside: Transaction) => Promise<T>) =>
      transaction((inside) =>
        work(Object.assign(inside, { query: withoutParsers(inside.query.bind(inside)) })),
      ),
  });
}

function withoutParsers(send: Send): Send {
  return (text, values, options) => send(text, values, options && withoutKnown(options));
}

function withoutKnown({ parsers, ...options }: QueryOptions): QueryOptions {
  const isKnown = Object.keys(parsers ?? {}).every((type) => type in PARSERS);
  return isKnown ? options : { ...options, parsers };
}
