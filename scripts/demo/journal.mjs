// @ts-check
/** @import { Page } from './api-shapes.js' */
/** @import { Desk } from './desk.mjs' */
import { check, until } from './client.mjs';

/**
 * @typedef {object} Import
 * @property {string} id
 * @property {string} status
 * @property {number} imported
 * @property {number} duplicates
 * @property {number} failed
 * @property {{ line: number, message: string }[]} errors
 */
/** @typedef {{ closed: number, currency: string, items: { symbol: string, pnl: string }[] }} TopTrades */

const PATH = '/api/journal/imports';

/** Bought 20 and sold 5 at 10 more; the last line is wrong on purpose. */
const CSV = `date,symbol,side,quantity,price,fee,currency
2026-01-05,DEMO,buy,20,100.00,1.00,USD
2026-02-05,DEMO,sell,5,110.00,1.00,USD
2026-02-06,DEMO,sell,many,110.00,1.00,USD
`;

/** A file of trades: imported, imported again, undone. @param {Desk} desk */
export async function journal(desk) {
  const { api, story, withJobs } = desk;
  const empty = await api.upload(PATH, 'empty.csv', '', [400, 422]);
  story.tell('refusal', `an empty file: ${/** @type {{ code: string }} */ (empty).code}`);

  /** @type {Import} */
  const taken = await api.upload(PATH, 'trades.csv', CSV);
  story.tell('import', `trades.csv is ${taken.status}`, { import: taken });
  await withJobs('reading the file', async () => {
    const done = await untilEnded(desk, taken.id);
    const [error] = done.errors;
    check(done.imported === 2, `${done.imported} trades were imported instead of 2`);
    story.tell(
      'import',
      `${done.imported} trades; line ${error?.line} is not one: ${error?.message}`,
      { import: done },
    );
    await followUp(desk, taken.id);
  });
  /** @type {Page<object>} */
  const trades = await api.get('/api/journal/trades');
  story.tell('journal', `${trades.items.length} trades, those made here among them`);
}

/** @param {Desk} desk @param {string} firstId */
async function followUp(desk, firstId) {
  const { api, live, story } = desk;
  const channel = `journal.import:${firstId}`;
  await live.subscribe(channel);

  /** @type {TopTrades} */
  const top = await api.get('/api/journal/trades/top?currency=USD');
  const best = top.items.find(({ symbol }) => symbol === 'DEMO');
  check(best, 'the closed trade of the file is not among the top trades');
  story.tell('top', `${best.symbol} made ${best.pnl} ${top.currency}`, { top });

  /** @type {Import} */
  const again = await api.upload(PATH, 'trades.csv', CSV);
  const { imported, duplicates } = await untilEnded(desk, again.id);
  check(imported === 0, `the same file again added ${imported} trades`);
  story.tell('import', `the same file again: ${duplicates} are there already, none added`);

  await api.delete(`${PATH}/${firstId}`);
  await live.message(channel, (data) => 'status' in data && data.status === 'undone', 'the undo');
  /** @type {Page<object>} */
  const left = await api.get('/api/journal/trades?symbol=DEMO');
  check(left.items.length === 0, `${left.items.length} trades are left of the undone import`);
  story.tell('undo', 'exactly the trades of that file are gone again');
}

/** @param {Desk} desk @param {string} id @returns {Promise<Import>} */
function untilEnded({ api }, id) {
  return until('the end of the import', async () => {
    /** @type {Import} */
    const found = await api.get(`${PATH}/${id}`);
    check(found.status !== 'failed', 'the import failed');
    return found.status === 'done' && found;
  });
}
