// @ts-check
/** @import { Problem } from './api-shapes.js' */
import { check, until } from './client.mjs';

/**
 * @typedef {object} Import
 * @property {string} id @property {string} status @property {number} imported
 * @property {number} duplicates @property {number} skipped @property {number} failed
 * @property {{ line: number, column: string | null, message: string }[]} errors
 */
/** @typedef {{ symbol: string, side: string, quantity: string, price: string, source: string }} JournalTrade */
/** @typedef {{ items: { symbol: string, pnl: string, currency: string }[], closed: number }} Top */
/**
 * @typedef {object} Desk
 * @property {import('./client.mjs').Api} api
 * @property {import('./client.mjs').Live} live
 * @property {import('./story.mjs').Story} story
 * @property {(what: string, work: () => Promise<void>) => Promise<void>} withJobs
 */

const TRADES = `Date,Symbol,Side,Quantity,Price,Fee,Currency
2024-01-02 15:30:00,ACME,buy,10,100.00,1.00,USD
2024-01-03 15:30:00,ACME,buy,10,110.00,1.00,USD
2024-02-01 16:00:00,ACME,sell,15,120.00,1.50,USD
2024-02-02,ACME,dividend,,,,USD
2024-02-03,ACME,buy,ten,120.00,0,USD
`;

/** Brings in trades made elsewhere, looks at them, and takes them back. @param {Desk} desk */
export async function journal(desk) {
  const { api, story } = desk;
  await refuseBadFiles(desk);
  /** @type {Import} */
  const taken = await api.upload('/api/journal/imports', 'trades.csv', TRADES);
  story.tell('import', `trades.csv is taken: ${taken.status}`, { import: taken });
  await desk.withJobs('the import to be read', () => readImport(desk, taken.id));
  /** @type {{ items: Import[] }} */
  const imports = await api.get('/api/journal/imports?limit=5');
  check(imports.items[0]?.id === taken.id, 'the import is not in the list');
  await api.delete(`/api/journal/imports/${taken.id}`);
  /** @type {{ items: JournalTrade[] }} */
  const left = await api.get('/api/journal/trades?symbol=ACME');
  check(left.items.length === 0, `${left.items.length} trades are left of an undone import`);
  story.tell('undo', 'the import is undone, and exactly its trades are gone');
}

/** @param {Desk} desk */
async function refuseBadFiles({ api, story }) {
  /** @type {[string, string][]} */
  const files = [
    ['an empty file', ''],
    ['a binary', 'PK\u0003\u0004\u0000\u0000'],
    ['another table', 'a,b,c\n1,2,3\n'],
  ];
  for (const [what, text] of files) {
    /** @type {Problem} */
    const problem = await api.upload('/api/journal/imports', 'bad.csv', text, [400, 422]);
    story.tell('refusal', `${what} as CSV: ${problem.status} ${problem.code}`, { problem });
  }
}

/** @param {Desk} desk @param {string} id */
async function readImport({ api, live, story }, id) {
  await live.subscribe(`journal.import:${id}`);
  /** @type {Import | undefined} */
  let done;
  const look = setInterval(() => {
    void api.get(`/api/journal/imports/${id}`).then(
      (found) => (done = /** @type {Import} */ (found)),
      () => undefined,
    );
  }, 200);
  try {
    await until('the import to be done', () => done?.status === 'done');
  } finally {
    clearInterval(look);
  }
  check(done?.imported === 3 && done.failed === 1, `the import came to ${JSON.stringify(done)}`);
  const [error] = done.errors;
  story.tell(
    'imported',
    `3 trades; ${done.skipped} line is no trade; line ${error?.line}, ${error?.column}: ${error?.message}`,
    { import: done },
  );
  /** @type {{ items: JournalTrade[] }} */
  const trades = await api.get('/api/journal/trades?symbol=ACME');
  check(trades.items.length === 3, `${trades.items.length} trades of ACME instead of 3`);
  /** @type {Top} */
  const top = await api.get('/api/journal/trades/top?by=pnl&currency=USD&limit=5');
  const best = top.items.find(({ symbol }) => symbol === 'ACME');
  // 15 × 120 − 10 × 100 − 5 × 110 − fees of 1 + 0.50 + 1.50.
  check(best?.pnl === '247', `the round trip won ${best?.pnl} instead of 247`);
  story.tell('top', `best closed trade of ACME: ${best.pnl} ${best.currency} after fees`, { best });
}
