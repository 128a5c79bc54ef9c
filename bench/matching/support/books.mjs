// @ts-check
import { OrderBook, Side } from 'nodejs-order-book';
import { importBuilt } from '../../harness/bourse.mjs';

/** @typedef {import('./order-flow.mjs').FlowStep} FlowStep */

/** @typedef {[maker: string, taker: string, price: number, quantity: number]} Trade */

/**
 * A book that is measured. Steps are made into its own words before the clock runs.
 * @template Step
 * @typedef {object} BenchBook
 * @property {(step: FlowStep) => Step} prepare
 * @property {() => void} clear begins with an empty book
 * @property {(step: Step) => number} run what {@link effectOf} says of the step
 * @property {(step: Step) => Trade[]} trade runs it, and tells its trades
 * @property {() => { bids: number[][], asks: number[][] }} depth price and quantity, the best first
 */

/** @returns {Promise<BenchBook<any>>} */
export async function bourse() {
  /** @type {typeof import('../../../src/modules/trading/matching/matching-book.js')} */
  const { MatchingBook } = await importBuilt('modules/trading/matching/matching-book.js');
  const fresh = () => new MatchingBook({ maxOrders: 1_000_000 });
  let book = fresh();
  /** @param {readonly { price: number, quantity: number }[]} levels */
  const pairs = (levels) => levels.map(({ price, quantity }) => [price, quantity]);
  return {
    prepare: (step) => {
      if (step.kind === 'cancel') return { cancel: step.id };
      const { id, side, quantity, timeInForce } = step;
      const limit = step.kind === 'limit' ? step.price : undefined;
      return { order: { id, owner: 'bench', side, quantity, limit, timeInForce } };
    },
    clear: () => void (book = fresh()),
    run: ({ cancel, order }) =>
      cancel === undefined
        ? order.quantity - book.place(order).remaining
        : (book.cancel(cancel)?.remaining ?? 0),
    trade: ({ cancel, order }) => {
      if (cancel !== undefined) {
        book.cancel(cancel);
        return [];
      }
      return book
        .place(order)
        .fills.map(({ maker, taker, price, quantity }) => [maker, taker, price, quantity]);
    },
    depth: () => {
      const { bids, asks } = book.depth();
      return { bids: pairs(bids), asks: pairs(asks) };
    },
  };
}

/** @returns {BenchBook<any>} */
export function nodejsOrderBook() {
  const sides = { buy: Side.BUY, sell: Side.SELL };
  // Its enumeration of these is not exported.
  const times = { gtc: 'GTC', ioc: 'IOC', fok: 'FOK' };
  let book = new OrderBook();
  /** @param {any} step */
  const place = ({ market, limit }) =>
    market === undefined ? book.limit(limit) : book.market(market);
  return {
    prepare: (step) => {
      if (step.kind === 'cancel') return { cancel: step.id };
      const { id, quantity: size } = step;
      const side = sides[step.side];
      if (step.kind === 'market') return { market: { id, side, size } };
      return { limit: { id, side, size, price: step.price, timeInForce: times[step.timeInForce] } };
    },
    clear: () => void (book = new OrderBook()),
    run: (step) => {
      if (step.cancel !== undefined) return book.cancel(step.cancel)?.order.size ?? 0;
      const { quantityLeft } = place(step);
      return (step.market ?? step.limit).size - quantityLeft;
    },
    trade: (step) => {
      if (step.cancel !== undefined) {
        book.cancel(step.cancel);
        return [];
      }
      const { id: taker } = step.market ?? step.limit;
      const { done, partial, partialQuantityProcessed } = place(step);
      // The incoming order stands among them, once it is filled or rests.
      /** @type {Trade[]} */
      const trades = done
        .filter(({ id }) => id !== taker)
        .map((order) => [order.id, taker, 'price' in order ? order.price : NaN, order.size]);
      if (partial !== null && partial.id !== taker)
        trades.push([partial.id, taker, partial.price, partialQuantityProcessed]);
      return trades;
    },
    depth: () => {
      // Both sides of its answer begin with the best.
      const [asks, bids] = book.depth();
      return { bids, asks };
    },
  };
}
