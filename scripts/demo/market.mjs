// @ts-check
/** @import { Quote } from './api-shapes.js' */
/** @import { Desk } from './desk.mjs' */
import { check } from './client.mjs';

/** @typedef {{ openAt: string, close: string, closed: boolean }} Candle */

/** What the market looks like, apart from trading on it. @param {Desk} desk */
export async function market(desk) {
  await manyQuotes(desk);
  await bars(desk);
  await options(desk);
  await exchange(desk);
  await depth(desk);
}

/** @param {Desk} desk */
async function manyQuotes({ api, story, symbol }) {
  /** @type {{ items: { symbol: string }[], errors: { symbol: string, code: string }[] }} */
  const quotes = await api.get(`/api/market/quotes?symbols=${symbol},NO.SUCH`);
  const [error] = quotes.errors;
  check(quotes.items.length === 1 && error, 'one quote and one error were expected');
  story.tell('quotes', `${symbol} quoted beside ${error.symbol}: ${error.code}`, { quotes });

  const tooMany = Array.from({ length: 201 }, (_, i) => `S${i}`).join();
  const problem = await api.refused('GET', `/api/market/quotes?symbols=${tooMany}`, [400]);
  story.tell('refusal', `201 symbols: ${problem.status} ${problem.code}`, { problem });

  /** @type {{ items: { symbol: string, name: string }[] }} */
  const found = await api.get(`/api/market/search?q=${encodeURIComponent(symbol)}`);
  check(found.items[0]?.symbol === symbol, `the search does not find ${symbol}`);
  story.tell('search', `${symbol} is ${found.items[0].name}`, { found });
}

/** @param {Desk} desk */
async function bars({ api, story, symbol }) {
  /** @type {{ candles: Candle[], asOf: string, source: string }} */
  const { candles, asOf, source } = await api.get(`/api/market/candles/${symbol}?timeframe=1d`);
  const last = candles.at(-1);
  check(last && !last.closed, 'the last bar is not open');
  const closed = candles.length - 1;
  story.tell(
    'candles',
    `${closed} closed days and the open one of ${last.openAt.slice(0, 10)} at ${last.close}, ${source}, as of ${asOf}`,
    { last },
  );
  const reversed = `/api/market/candles/${symbol}?from=2025-03-14&to=2025-03-13`;
  const problem = await api.refused('GET', reversed, [400]);
  story.tell('refusal', `a reversed range: ${problem.status} ${problem.code}`, { problem });
}

/** @param {Desk} desk */
async function options({ api, story, symbol }) {
  /** @type {Quote} */
  const { source } = await api.get(`/api/market/quotes/${symbol}`);
  if (source === 'replay') {
    story.tell('options', 'a recording has none until enough bars of it were played');
    return;
  }
  /** @type {{ expiry: string, expiries: string[], spot: string, strikes: { strike: string, call: { price: string, delta: string } }[] }} */
  const chain = await api.get(`/api/market/options/${symbol}`);
  const middle = chain.strikes[Math.floor(chain.strikes.length / 2)];
  check(middle, 'a chain without strikes');
  story.tell(
    'options',
    `${chain.expiries.length} expiries; call ${middle.strike} of ${chain.expiry} at ${middle.call.price}, delta ${middle.call.delta}, spot ${chain.spot}`,
    { expiries: chain.expiries, middle },
  );
}

/** @param {Desk} desk */
async function exchange({ api, story }) {
  /** @type {{ market: string, state: string, reason: string, nextOpenAt: string, nextCloseAt: string }} */
  const status = await api.get('/api/market/status');
  const next = status.state === 'open' ? status.nextCloseAt : status.nextOpenAt;
  story.tell('status', `${status.market} is ${status.state} (${status.reason}) until ${next}`, {
    status,
  });
  /** @type {{ items: { symbol: string, value: string, changePercent: string | null }[] }} */
  const { items } = await api.get('/api/market/indices');
  const told = items.map((one) => `${one.symbol} ${one.value} (${one.changePercent ?? '–'} %)`);
  story.tell('indices', told.join(', '), { items });
}

/** @param {Desk} desk */
async function depth(desk) {
  const { api, live, story, symbol } = desk;
  /** @type {Quote} */
  const { source } = await api.get(`/api/market/quotes/${symbol}`);
  if (source === 'replay') {
    const problem = await api.refused('GET', `/api/market/order-book/${symbol}`, [422]);
    return story.tell('book', `a recording of bars has none: ${problem.code}`, { problem });
  }
  /** @type {{ bids: { price: string, size: string }[], asks: { price: string, size: string }[] }} */
  const { bids, asks } = await api.get(`/api/market/order-book/${symbol}`);
  const [bid, ask] = [bids[0], asks[0]];
  check(bid && ask && Number(bid.price) < Number(ask.price), 'the order book is crossed or empty');
  story.tell(
    'book',
    `${bids.length} bids from ${bid.price} x ${bid.size}, ${asks.length} asks from ${ask.price} x ${ask.size}`,
    { bid, ask },
  );
  await desk.withJobs('order books live', async () => {
    const channel = `market.order-book:${symbol}`;
    await live.subscribe(channel);
    await live.message(channel, (data) => 'bids' in data, 'an order book');
    story.tell('live', `order books of ${symbol} arrive on ${channel}`);
  });
}
