// @ts-check
import { ask } from '../ask.mjs';
import { sleep } from '../time.mjs';

const SYMBOL = 'AAPL';
/** Of the bid: an order at this price is accepted, and rests. */
const BELOW_MARKET = 0.97;
/** Orders that trade; the others rest, and are cancelled. */
const TRADING_SHARE = 0.7;
const LEAST_PAUSE_MS = 250;
const MORE_PAUSE_MS = 500;
const RETRY_MS = 200;
const MOST_TRIES = 200;

/** @typedef {{ token: string }} Trader */

/** Orders of all traders, through whichever instance takes them, as clients send them: again until they are answered. */
export class Traffic {
  orders = 0;
  #urls;
  #random;
  #isOver = false;
  #price = '1';
  /** @type {Promise<unknown>} */
  #lanes = Promise.resolve();

  /** @param {string[]} urls of the instances, as they are at the moment @param {() => number} random */
  constructor(urls, random) {
    this.#urls = urls;
    this.#random = random;
  }

  /** @param {readonly Trader[]} traders */
  async start(traders) {
    const { bid } = await this.#until(`/api/market/quotes/${SYMBOL}`, { token: traders[0]?.token });
    this.#price = (Number(bid) * BELOW_MARKET).toFixed(2);
    this.#lanes = Promise.all(traders.map((trader, i) => this.#trade(trader, i)));
    // Whoever stops it hears of it.
    this.#lanes.catch(() => undefined);
  }

  /** Resolves once every order has been answered. */
  async stop() {
    this.#isOver = true;
    await this.#lanes;
  }

  /** @param {Trader} trader @param {number} lane */
  async #trade({ token }, lane) {
    for (let count = 0; !this.#isOver; count += 1) {
      const isResting = this.#random() > TRADING_SHARE;
      const terms = isResting ? { type: 'limit', limitPrice: this.#price } : { type: 'market' };
      const order = { symbol: SYMBOL, side: 'buy', quantity: '1', ...terms };
      const body = { ...order, client_order_id: `${lane}-${count}` };
      const { id } = await this.#until('/api/orders', { token, body });
      this.orders += 1;
      await sleep(LEAST_PAUSE_MS + MORE_PAUSE_MS * this.#random());
      if (isResting) await this.#until(`/api/orders/${id}`, { token, method: 'DELETE' });
    }
  }

  /** @param {string} path @param {Parameters<typeof ask>[2]} request @returns {Promise<any>} */
  async #until(path, request) {
    let last;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const i = Math.floor(this.#random() * this.#urls.length);
      last = await ask(this.#urls[i] ?? '', path, request);
      if (last !== undefined && last.status < 300) return JSON.parse(last.text);
      // Its instance is away, or its account is being worked on by one that was killed.
      await sleep(RETRY_MS);
    }
    throw new Error(`${path} is never done: ${last?.text ?? 'no answer'}`);
  }
}
