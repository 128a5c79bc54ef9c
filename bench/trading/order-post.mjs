// @ts-check
/**
 * A trader places an order that rests, 32 under way, 100 accounts: the whole of `POST /api/orders` in the built application,
 * and a program that writes the same rows in one transaction and does nothing else. Both on a PostgreSQL that has each
 * commit on disk before it acknowledges it.
 */
import { inParallel } from '../harness/measuring.mjs';
import { peerName } from '../harness/peers.mjs';
import { expectSame } from '../harness/results.mjs';
import { interleave } from '../harness/rounds.mjs';
import { ratioRow } from '../harness/rows.mjs';
import { withSides } from '../harness/side.mjs';
import { BareOrders } from './support/bare-orders.mjs';
import {
  copyDatabase,
  countRows,
  registerTraders,
  restingOrder,
  rowsOfAnOrder,
  withDesk,
} from './support/desk.mjs';
import { OrderClient } from './support/order-client.mjs';
import pg from 'pg';

/** @typedef {import('./support/bare-orders.mjs').Template} Template */
/** @typedef {{ url: string, tokens: readonly string[], order: object }} Ours */
/** @typedef {{ databaseUrl: string, accountIds: readonly string[], template: Template }} Theirs */

const ACCOUNTS = 100;
const IN_FLIGHT = 32;
/** As the application has by default. */
const POOL_SIZE = 10;
const SLICE_MS = 1_500;
const TARGET = 0.5;
/** With ten times the accounts; with two cores it is not ten times the orders. */
const GROWTH = 1.2;

/** @param {(account: number, id: string) => Promise<unknown>} place */
function sideOf(place) {
  let placed = 0;
  return {
    /** @param {{ ms: number, accounts: number }} how */
    measure: ({ ms, accounts }) =>
      inParallel(IN_FLIGHT, ms, async () => {
        placed += 1;
        await place(placed % accounts, `order-${placed}`);
      }),
  };
}

export const sides = {
  /** @param {Ours} context */
  bourse: ({ url, tokens, order }) => {
    const client = new OrderClient(url, IN_FLIGHT);
    const side = sideOf((account, id) =>
      client.post('/api/orders', { ...order, client_order_id: id }, tokens[account]),
    );
    /** An account holds so many at once. @param {number} accounts */
    const cancelAll = async (accounts) => {
      for (const token of tokens.slice(0, accounts)) await client.delete('/api/orders', token);
    };
    return { ...side, cancelAll };
  },
  /** @param {Theirs} context */
  bare: ({ databaseUrl, accountIds, template }) => {
    const orders = new BareOrders(databaseUrl, POOL_SIZE, template);
    return sideOf((account, id) => orders.place(accountIds[account] ?? '', id));
  },
};

/** @type {import('../harness/case.mjs').BenchCase} */
export const orderPost = {
  name: 'order-post',
  about: 'POST /api/orders, durable, against a bare pg transaction of the same rows',
  run: ({ rounds, progress }) =>
    withDesk(async ({ databaseUrl, start }) => {
      progress('opening accounts');
      const first = await start('api');
      const tokens = await registerTraders(first.url, ACCOUNTS);
      const order = await restingOrder(first.url, tokens[0] ?? '');
      const client = new OrderClient(first.url, 1);
      // Of its own account: what the others hold is the same on both sides.
      const [extra = ''] = await registerExtra(first.url);
      const template = await rowsOfAnOrder(databaseUrl, (id) =>
        client.post('/api/orders', { ...order, client_order_id: id }, extra),
      );
      for (const token of tokens) {
        await client.post('/api/orders', { ...order, client_order_id: 'first' }, token);
      }
      client.close();
      const accountIds = await accountsOf(databaseUrl);
      await first.stop();
      const copyUrl = await copyDatabase(databaseUrl);
      const application = await start('api');
      const { url } = application;
      let cpuMs = 0;
      let orders = 0;
      const wanted = /** @type {const} */ ([
        ['bourse', { url, tokens, order }],
        ['bare', { databaseUrl: copyUrl, accountIds, template }],
      ]);
      return withSides(import.meta.url, wanted, async (...started) => {
        const byName = new Map(started.map((side) => [side.name, side]));
        const databases = { bourse: databaseUrl, bare: copyUrl };
        const rates = await interleave({
          sides: /** @type {('bourse' | 'bare')[]} */ (['bourse', 'bare']),
          rounds,
          warmUps: 2,
          progress,
          run: async (name) => {
            const before = await countRows(databases[name]);
            const how = { ms: SLICE_MS, accounts: ACCOUNTS };
            const cpuBeforeMs = application.cpuMs();
            const { operations, ms } = /** @type {{ operations: number, ms: number }} */ (
              await byName.get(name)?.call('measure', how)
            );
            if (name === 'bourse') {
              cpuMs += application.cpuMs() - cpuBeforeMs;
              orders += operations;
            }
            const after = await countRows(databases[name]);
            for (const [table, rows] of Object.entries(template)) {
              const written = (after[table] ?? 0) - (before[table] ?? 0);
              expectSame(`${name}, rows in ${table}`, written, operations * rows.length);
            }
            return (operations / ms) * 1_000;
          },
        });
        progress(`the application used ${(cpuMs / orders).toFixed(2)} ms of CPU time per order`);
        return [
          ratioRow({
            name: 'order-post',
            peer: `bare ${peerName('pg')} transaction`,
            unit: 'orders/s',
            better: 'higher',
            ours: rates.bourse,
            theirs: rates.bare,
            target: TARGET,
          }),
        ];
      });
    }),
};

/** @type {import('../harness/case.mjs').BenchCase} */
export const growth = {
  name: 'accounts',
  about: 'orders per second from 10 and from 100 accounts, beside those from one',
  run: ({ rounds, progress }) =>
    withDesk(async ({ start }) => {
      progress('opening accounts');
      const { url } = await start('api');
      const tokens = await registerTraders(url, ACCOUNTS);
      const order = await restingOrder(url, tokens[0] ?? '');
      const wanted = /** @type {const} */ ([['bourse', { url, tokens, order }]]);
      return withSides(import.meta.url, wanted, async (side) => {
        const rates = await interleave({
          sides: /** @type {('1' | '10' | '100')[]} */ (['1', '10', '100']),
          rounds,
          warmUps: 2,
          progress,
          run: async (accounts) => {
            const how = { ms: SLICE_MS, accounts: Number(accounts) };
            const { operations, ms } = /** @type {{ operations: number, ms: number }} */ (
              await side?.call('measure', how)
            );
            await side?.call('cancelAll', how.accounts);
            return (operations / ms) * 1_000;
          },
        });
        return /** @type {const} */ (['10', '100']).map((accounts) =>
          ratioRow({
            name: `accounts-${accounts}`,
            peer: 'bourse, 1 account',
            unit: 'orders/s',
            better: 'higher',
            ours: rates[accounts],
            theirs: rates['1'],
            target: GROWTH,
          }),
        );
      });
    }),
};

/** @param {string} url */
function registerExtra(url) {
  return registerTraders(url, 1, 'template');
}

/** @param {string} databaseUrl @returns {Promise<string[]>} in the order of the traders */
async function accountsOf(databaseUrl) {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const { rows } = await client.query(
    `select a.id from accounts a join users u on u.id = a.user_id where u.email like 'trader-%' order by a.created_at`,
  );
  await client.end();
  return rows.map(({ id }) => id);
}
