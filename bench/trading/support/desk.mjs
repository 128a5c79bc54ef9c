// @ts-check
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startTestServers } from '../../../test/support/servers/test-servers.mjs';
import { Program } from '../../http/support/program.mjs';
import { OrderClient } from './order-client.mjs';

/** @typedef {import('./bare-orders.mjs').Template} Template */

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const ENCRYPTION_KEYS = `bench:${randomBytes(32).toString('base64')}`;
export const SYMBOL = 'AAPL';
/** Below the market, and not far from it: it is accepted, and rests. */
const BELOW_MARKET = 0.97;

/** A role of the application. @typedef {'api' | 'all'} Role */

/**
 * A Redis and a PostgreSQL that has each commit on disk, and the application on them.
 * @template Result
 * @param {(desk: { databaseUrl: string, start: (role: Role) => Promise<Program> }) => Promise<Result>} use
 * @returns {Promise<Result>}
 */
export async function withDesk(use) {
  const servers = await startTestServers(['redis', 'postgres'], { isDurable: true });
  /** @type {Program[]} */
  const running = [];
  try {
    const { redis: REDIS_URL = '', postgres: databaseUrl = '' } = servers.urls;
    const start = async (/** @type {Role} */ role) => {
      const { program } = await Program.start([MAIN], {
        ...{ NODE_ENV: 'production', ENCRYPTION_KEYS, REDIS_URL, DATABASE_URL: databaseUrl },
        BOURSE_ROLE: role,
        // Counted as always, and never reached.
        RATE_LIMITS:
          'auth.register=9999999/1s,orders.place=9999999/1s,orders.place-ip=9999999/1s,api.signed-in=9999999/1s',
        TRADING_STARTING_CASH: '1000000000',
        TRADING_MAX_WORKING_ORDERS: '1000',
      });
      running.push(program);
      return program;
    };
    return await use({ databaseUrl, start });
  } finally {
    await Promise.all(running.map((program) => program.stop()));
    await servers.stop();
  }
}

/** @param {string} url @param {number} count @param {string} [name] @returns {Promise<string[]>} tokens of new traders */
export async function registerTraders(url, count, name = 'trader') {
  const client = new OrderClient(url, 4);
  const tokens = [];
  for (let i = 0; i < count; i += 1) {
    const { token } = await client.post('/api/auth/register', {
      email: `${name}-${i}@example.com`,
      password: 'a long password for the bench',
      displayName: 'Bench',
    });
    tokens.push(token);
  }
  client.close();
  return tokens;
}

/** An order that rests, as its body but for the id. @param {string} url @param {string} token */
export async function restingOrder(url, token) {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/api/market/quotes/${SYMBOL}`, { headers });
  const { bid } = /** @type {{ bid: string }} */ (await answer.json());
  const limitPrice = (Number(bid) * BELOW_MARKET).toFixed(2);
  return { symbol: SYMBOL, side: 'buy', type: 'limit', quantity: '1', limitPrice };
}

/** What an order leaves, by table; what is to follow is copied before it is delivered and gone. */
const TABLES = /** @type {const} */ ({
  orders: 'id',
  order_transitions: 'order_id',
  ledger_entries: 'order_id',
});

/**
 * Places one order, and reads every row that came of it.
 * @param {string} databaseUrl @param {(id: string) => Promise<{ id: string }>} place
 * @returns {Promise<Template>}
 */
export async function rowsOfAnOrder(databaseUrl, place) {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query(`create table outbox_copy (like outbox);
      create function copy_outbox() returns trigger language plpgsql as
        $$ begin insert into outbox_copy select new.*; return new; end $$;
      create trigger copy after insert on outbox for each row execute function copy_outbox()`);
    const { id } = await place('template');
    /** @type {Record<string, Record<string, unknown>[]>} */
    const rows = {};
    for (const [table, column] of Object.entries(TABLES)) {
      rows[table] = (await client.query(`select * from ${table} where ${column} = $1`, [id])).rows;
    }
    const [entry] = rows['ledger_entries'] ?? [];
    rows['ledger_postings'] = (
      await client.query('select * from ledger_postings where entry_id = $1', [entry?.['id']])
    ).rows;
    const { rows: outbox } = await client.query('select * from outbox_copy order by seq');
    rows['outbox'] = outbox.map(({ seq: _numberedByItself, ...row }) => row);
    await client.query(
      'drop trigger copy on outbox; drop function copy_outbox; drop table outbox_copy',
    );
    return rows;
  } finally {
    await client.end();
  }
}

/** A second database with all that is in the first, which nobody may be connected to. @param {string} databaseUrl */
export async function copyDatabase(databaseUrl) {
  const url = new URL(databaseUrl);
  const source = url.pathname.slice(1);
  url.pathname = '/template1';
  const client = new pg.Client(url.href);
  await client.connect();
  await client.query(`create database bare template ${source}`);
  await client.end();
  url.pathname = '/bare';
  return url.href;
}

/** How many rows there are, or were, by table. @param {string} databaseUrl @returns {Promise<Record<string, number>>} */
export async function countRows(databaseUrl) {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const { rows } = await client.query(`select
    (select count(*) from orders)::int as orders,
    (select count(*) from order_transitions)::int as order_transitions,
    (select count(*) from ledger_entries where order_id is not null)::int as ledger_entries,
    (select count(*) from ledger_postings join ledger_entries on id = entry_id where order_id is not null)::int as ledger_postings,
    (select last_value from outbox_seq_seq)::int as outbox`);
  await client.end();
  return rows[0];
}
