// @ts-check
/**
 * The same orders for both books, one after the other, in one thread. Both keep prices and quantities as whole
 * numbers, keep no journal of what they are asked, and know no owners. Each passes through the flow again and again,
 * with an empty book each time.
 */
import { peerName } from '../harness/peers.mjs';
import { ratioRow } from '../harness/rows.mjs';
import { withSides } from '../harness/side.mjs';
import { compareRates } from '../harness/throughput.mjs';
import { bourse, nodejsOrderBook } from './support/books.mjs';
import { orderFlow } from './support/order-flow.mjs';

/** @typedef {import('./support/order-flow.mjs').FlowShape} FlowShape */
/** @template Step @typedef {import('./support/books.mjs').BenchBook<Step>} BenchBook */

/** Between two looks at the clock. */
const CHUNK = 256;

/**
 * @template Step
 * @param {BenchBook<Step>} book
 * @param {FlowShape} shape
 */
function rateSide(book, shape) {
  const flow = orderFlow(shape).map(book.prepare);
  let at = 0;
  const restart = () => {
    book.clear();
    at = 0;
  };
  return {
    fill: async () => restart(),
    /** All trades and the depth that is left, from an empty book; and what each step comes to. */
    verify: async () => {
      book.clear();
      const trades = flow.map(book.trade);
      const depth = book.depth();
      book.clear();
      const effects = flow.map(book.run);
      restart();
      return [trades, depth, effects];
    },
    /** @param {number} durationMs */
    measure: async (durationMs) => {
      const startedAt = performance.now();
      let [operations, checksum, ms] = [0, 0, 0];
      while (ms < durationMs) {
        for (let i = 0; i < CHUNK; i += 1) {
          if (at === flow.length) restart();
          checksum += book.run(/** @type {Step} */ (flow[at]));
          at += 1;
        }
        operations += CHUNK;
        ms = performance.now() - startedAt;
      }
      return { operations, ms, checksum, loads: 0 };
    },
  };
}

export const sides = {
  /** @param {FlowShape} shape */
  bourse: async (shape) => rateSide(await bourse(), shape),
  /** @param {FlowShape} shape */
  'nodejs-order-book': (shape) => rateSide(nodejsOrderBook(), shape),
};

/** Goes through the effects again and again, as a side does. @param {readonly number[]} effects */
function checksums(effects) {
  let at = 0;
  return (/** @type {number} */ operations) => {
    let sum = 0;
    for (let i = 0; i < operations; i += 1) {
      sum += effects[at] ?? NaN;
      at = (at + 1) % effects.length;
    }
    return sum;
  };
}

/** @param {string} name @param {string} about @param {FlowShape} shape @returns {import('../harness/case.mjs').BenchCase} */
function caseOf(name, about, shape) {
  const wanted = Object.keys(sides).map((side) => /** @type {const} */ ([side, shape]));
  return {
    name,
    about: `${about}, against nodejs-order-book`,
    run: ({ rounds, progress }) =>
      withSides(import.meta.url, wanted, async (ours, theirs) => {
        // What the peer answers is what ours must: every trade, every step, and the depth in the end.
        const expected = /** @type {unknown[]} */ (await theirs.call('verify'));
        const effects = /** @type {number[]} */ (expected[2]);
        const rates = await compareRates({
          sides: [ours, theirs],
          rounds,
          expected,
          startChecksum: () => checksums(effects),
          progress,
        });
        return [
          ratioRow({
            name,
            peer: peerName('nodejs-order-book'),
            unit: 'orders/s',
            better: 'higher',
            ours: rates.get('bourse') ?? [],
            theirs: rates.get('nodejs-order-book') ?? [],
            target: 1,
          }),
        ];
      }),
  };
}

const LIMITS_ONLY = { steps: 10_000, cancels: 0, markets: 0, immediate: 0 };

export const limitOrders = caseOf('limit-orders', 'limit orders, half of them trade at once', {
  ...LIMITS_ONLY,
  spread: 50,
});

export const sparseLimitOrders = caseOf(
  'limit-orders-sparse',
  'limit orders on thousands of prices, few at each',
  { ...LIMITS_ONLY, spread: 5_000 },
);

export const mixedFlow = caseOf(
  'mixed-flow',
  'limit orders, 40 % cancellations, 10 % market orders, 5 % immediate-or-cancel and fill-or-kill',
  { steps: 10_000, spread: 50, cancels: 0.4, markets: 0.1, immediate: 0.05 },
);
