// @ts-check
/** @import { LiveMessage, Order, Quote, Trade } from './api-shapes.js' */

/** Tells what happens, a line each. */
export class Story {
  #asJson;
  #coloured;

  /** @param {boolean} asJson one JSON object per line instead of text */
  constructor(asJson) {
    this.#asJson = asJson;
    this.#coloured = !asJson && process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  }

  /** @param {string} step @param {string} text @param {object} [data] what the server said, for `--json` */
  tell(step, text, data = {}) {
    if (this.#asJson) console.log(JSON.stringify({ step, text, ...data }));
    else console.log(`${this.#paint(32, step.padEnd(10))} ${text}`);
  }

  /** @param {LiveMessage} message */
  live(message) {
    if (this.#asJson) return console.log(JSON.stringify({ step: 'message', message }));
    const line = `${'  live'.padEnd(10)} ${message.channel} #${message.seq}  ${describe(message.data)}`;
    console.log(this.#paint(36, line));
  }

  /** @param {string} text */
  fail(text) {
    if (this.#asJson) console.log(JSON.stringify({ step: 'failed', text }));
    console.error(this.#paint(31, `demo failed: ${text}`));
  }

  /** @param {number} code @param {string} text */
  #paint(code, text) {
    return this.#coloured ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}

/** In a few words. @param {Quote | Order | Trade} data */
export function describe(data) {
  if ('modelId' in data && 'progress' in data) return `training: ${String(data.progress)} %`;
  if ('bid' in data) return `${data.symbol} ${data.last} (bid ${data.bid}, ask ${data.ask})`;
  if ('strategy' in data) return `${data.side} ${data.symbol}, says ${String(data.strategy)}`;
  if ('unrealizedPnl' in data) return `open profit ${String(data.unrealizedPnl)} USD`;
  if ('bids' in data && 'asks' in data) return `${data.symbol} ${bestOf(data)}`;
  // Of an import, say.
  if (!('side' in data)) return 'status' in data ? String(data['status']) : JSON.stringify(data);
  const what = `${data.side} ${data.quantity} ${data.symbol}`;
  if ('orderId' in data) return `${what} at ${data.price}`;
  const price = data.limitPrice ? `limit ${data.limitPrice}` : 'at market';
  const average = data.averageFillPrice ? ` at ${data.averageFillPrice}` : '';
  return `${what} ${price}: ${data.status}${average}`;
}

/** @param {Partial<Record<'bids' | 'asks', unknown>>} book a row each: price and size */
function bestOf({ bids, asks }) {
  const best = [bids, asks].map((rows) => {
    const row = Array.isArray(rows)
      ? /** @type {{ price?: string, size?: string }} */ (rows[0])
      : {};
    return row?.price === undefined ? 'none' : `${row.price} x ${row.size}`;
  });
  return `best bid ${best[0]}, best ask ${best[1]}`;
}
