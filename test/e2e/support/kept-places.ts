import { Redis } from 'ioredis';
import { sql } from 'drizzle-orm';
import { Config } from '../../../src/config/config.js';
import { Database } from '../../../src/database/index.js';
import type { Place } from '../../support/secret-search.js';
import type { Bourse } from './bourse.js';

const rowsOf = async (bourse: Bourse, query: string): Promise<Record<string, string>[]> => {
  const answer: unknown = await bourse.app.get(Database).sql.execute(sql.raw(query));
  return (answer as { rows: Record<string, string>[] }).rows;
};

/** Every row that is written to these tables from now on, also one that is changed or deleted later. */
export async function keepWritten(bourse: Bourse, tables: readonly string[]): Promise<void> {
  await rowsOf(bourse, 'create table written_rows (place text, content text)');
  await rowsOf(
    bourse,
    `create function keep_written() returns trigger language plpgsql as $$
      begin insert into written_rows values (tg_table_name, to_jsonb(new)::text); return new; end $$`,
  );
  for (const table of tables) {
    await rowsOf(
      bourse,
      `create trigger keep_written after insert or update on ${table}
        for each row execute function keep_written()`,
    );
  }
}

/** Every row of every table, as text. */
export async function keptRows(bourse: Bourse): Promise<Place[]> {
  const written = await rowsOf(bourse, 'select place, content from written_rows');
  const places: Place[] = written.map(({ place = '', content = '' }) => [place, content]);
  const tables = await rowsOf(
    bourse,
    `select tablename from pg_tables where schemaname = 'public'`,
  );
  for (const { tablename = '' } of tables) {
    const rows = await rowsOf(bourse, `select to_jsonb(t)::text as content from "${tablename}" t`);
    places.push(...rows.map(({ content = '' }): Place => [`table ${tablename}`, content]));
  }
  return places;
}

/** Every value below the prefix of the application in Redis; none on the embedded backend. */
export async function keptKeys(bourse: Bourse): Promise<Place[]> {
  const { target, keyPrefix } = bourse.app.get(Config).redis;
  if (target?.kind !== 'url') return [];
  const client = new Redis(target.url);
  try {
    const keys = await client.keys(`*${keyPrefix}*`);
    const places: Place[] = [];
    for (const key of keys) places.push([key, `${key} ${await valueOf(client, key)}`]);
    return places;
  } finally {
    client.disconnect();
  }
}

async function valueOf(client: Redis, key: string): Promise<string> {
  const reads: Record<string, () => Promise<unknown>> = {
    string: () => client.getBuffer(key),
    hash: () => client.hgetall(key),
    list: () => client.lrange(key, 0, -1),
    set: () => client.smembers(key),
    zset: () => client.zrange(key, 0, -1),
    stream: () => client.xrange(key, '-', '+'),
    none: () => Promise.resolve(''),
  };
  const read = reads[await client.type(key)];
  if (read === undefined) throw new Error(`nobody knows how to read ${key}`);
  const value = await read();
  return Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value);
}
