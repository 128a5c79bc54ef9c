#!/usr/bin/env node
// @ts-check
/**
 * A trader's day in one run, against a running server and through its public API alone: signs up,
 * follows the live channels, trades, and checks that every part tells the same story.
 */
/** @import { Account, Order, Page, Portfolio, Position, Quote, SignUp, Trade } from './demo/api-shapes.js' */
import { randomBytes, randomUUID } from 'node:crypto';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { Api, DemoFailure, Live, check, until } from './demo/client.mjs';
import { Story, describe } from './demo/story.mjs';

const HELP = `usage: npm run demo -- [options]

  --url <url>         server to talk to (default http://127.0.0.1:3000)
  --second-url <url>  server of the live socket: shows that two API processes are joined
  --symbol <symbol>   what to trade (default: the first instrument)
  --json              one JSON object per line instead of text
  --help              this text

Exits 0 when everything went as it should, 1 at the first thing that did not.`;

/** Each wait has its own bound; this one is for all of them together. */
const WHOLE_DEMO_MS = 90_000;

/** @typedef {{ url: string, liveUrl: string, symbol: string | undefined }} Options */
/** @typedef {{ api: Api, live: Live, story: Story, symbol: string }} Desk */

/** @param {Story} story @param {Options} options */
async function run(story, { url, liveUrl, symbol: wanted }) {
  const api = new Api(url);
  await api.get('/health/ready');
  story.tell('health', `${url} is ready`);

  const { token } = await signUp(api, story);
  api.token = token;
  /** @type {Page<{ symbol: string }>} */
  const instruments = await api.get('/api/market/instruments');
  const symbol = wanted?.toUpperCase() ?? instruments.items[0]?.symbol;
  check(symbol, 'the server has no instruments');

  const live = new Live(liveUrl, token, (message) => story.live(message));
  try {
    await live.connect();
    const channels = ['trading.orders', 'trading.fills', `market.quote:${symbol}`];
    for (const channel of channels) await live.subscribe(channel);
    story.tell('live', `connected to ${liveUrl}, following ${channels.join(', ')}`, { channels });

    const desk = { api, live, story, symbol };
    const quote = await lookAround(desk);
    await buyAtMarket(desk);
    await sellAtLimit(desk, quote);
    await cancelPatientOrder(desk, quote);
    await placeBadOrder(desk);
    await checkBooks(desk);

    const counts = channels.map((channel) => `${live.countInOrder(channel)} on ${channel}`);
    story.tell('messages', `all in order: ${counts.join(', ')}`);
    await signOut(desk);
  } finally {
    live.close();
  }
}

/** @param {Api} api @param {Story} story @returns {Promise<SignUp>} */
async function signUp(api, story) {
  /** @type {SignUp} */
  const answer = await api.post('/api/auth/register', {
    email: `demo-${randomBytes(6).toString('hex')}@example.com`,
    password: randomBytes(18).toString('base64url'),
    displayName: 'Demo Trader',
  });
  story.tell('sign-up', `${answer.user.email} is a trader now`, { user: answer.user });
  return answer;
}

/** @param {Desk} desk @returns {Promise<Quote>} */
async function lookAround({ api, live, story, symbol }) {
  /** @type {Quote} */
  const quote = await api.get(`/api/market/quotes/${encodeURIComponent(symbol)}`);
  story.tell('quote', `${describe(quote)}, ${quote.source}, as of ${quote.asOf}`, { quote });
  await live.message(`market.quote:${symbol}`, (data) => data.symbol === symbol, 'a quote');
  /** @type {Account} */
  const account = await api.get('/api/account');
  story.tell('account', `${account.availableCash} ${account.currency} to trade with`, { account });
  return quote;
}

/** Also sends the order a second time, as a client does that lost the answer. @param {Desk} desk */
async function buyAtMarket(desk) {
  const terms = {
    symbol: desk.symbol,
    side: 'buy',
    type: 'market',
    quantity: '10',
    client_order_id: randomUUID(),
  };
  const order = await place(desk, terms);
  /** @type {Order} */
  const again = await desk.api.post('/api/orders', terms, [200, 201]);
  check(
    isDeepStrictEqual(again, order),
    `sent again, the order was answered ${JSON.stringify(again)}`,
  );
  desk.story.tell('again', 'the same client_order_id: the same answer, no second order');
  await waitForFill(desk, order);
}

/** At a price that the market pays at once. @param {Desk} desk @param {Quote} quote */
async function sellAtLimit(desk, quote) {
  const order = await placeLimit(desk, 'sell', '4', Number(quote.bid) * 0.8);
  await waitForFill(desk, order);
}

/** At a price that the market is nowhere near. @param {Desk} desk @param {Quote} quote */
async function cancelPatientOrder(desk, quote) {
  const { api, story } = desk;
  const { id } = await placeLimit(desk, 'buy', '1', Number(quote.bid) * 0.1);
  await waitForStatus(desk, id, 'open');
  await api.delete(`/api/orders/${id}`);
  await waitForStatus(desk, id, 'cancelled');
  /** @type {Order} */
  const order = await api.get(`/api/orders/${id}`);
  check(order.status === 'cancelled', `the cancelled order is ${order.status}`);
  story.tell('cancel', `order ${id} is cancelled`, { order });
}

/** @param {Desk} desk */
async function placeBadOrder({ api, story }) {
  const terms = { symbol: 'NO.SUCH', side: 'buy', type: 'market', quantity: '1' };
  const problem = await api.refused('POST', '/api/orders', [400, 404, 422], terms);
  story.tell('refusal', `an unknown symbol: ${problem.status} ${problem.code}: ${problem.detail}`, {
    problem,
  });
}

/** Bought 10, sold 4. @param {Desk} desk */
async function checkBooks({ api, story, symbol }) {
  /** @type {Page<Position>} */
  const positions = await api.get('/api/positions');
  const position = positions.items.find((item) => item.symbol === symbol);
  check(
    position?.quantity === '6',
    `the position is ${position?.quantity ?? 'missing'} instead of 6`,
  );
  story.tell('position', `${position.quantity} ${symbol}, worth ${position.marketValue} USD`, {
    position,
  });

  /** @type {Page<Trade>} */
  const trades = await api.get('/api/trades');
  check(trades.items.length === 2, `there are ${trades.items.length} trades instead of 2`);
  for (const trade of trades.items) story.tell('trade', describe(trade), { trade });

  /** @type {Portfolio} */
  const portfolio = await api.get('/api/portfolio/summary');
  const held = portfolio.positions.find((item) => item.symbol === symbol)?.quantity;
  check(held === '6', `the portfolio holds ${held ?? 'nothing'} instead of 6`);
  const { equity, cash, positionsValue, totalReturn } = portfolio;
  const figures = `equity ${equity} USD: cash ${cash}, positions ${positionsValue}`;
  story.tell('portfolio', `${figures}; return so far ${totalReturn}`, { portfolio });
}

/** @param {Desk} desk */
async function signOut({ api, live, story }) {
  await api.post('/api/auth/logout', undefined, [204]);
  await api.refused('GET', '/api/account', [401]);
  await until('the end of the live socket after the logout', () => !live.connected);
  story.tell('sign-out', 'the token opens nothing any more, and the live socket is closed');
}

/** @param {Desk} desk @param {string} side @param {string} quantity @param {number} price */
function placeLimit(desk, side, quantity, price) {
  const limitPrice = price.toFixed(2);
  const terms = { symbol: desk.symbol, side, type: 'limit', quantity, limitPrice };
  return place(desk, { ...terms, client_order_id: randomUUID() });
}

/** @param {Desk} desk @param {object} terms @returns {Promise<Order>} */
async function place({ api, story }, terms) {
  /** @type {Order} */
  const order = await api.post('/api/orders', terms);
  story.tell('order', `${describe(order)}, ${order.id}`, { order });
  return order;
}

/** Until both live channels have told of it. @param {Desk} desk @param {Order} order */
async function waitForFill(desk, { id, quantity }) {
  const isOfOrder = (/** @type {object} */ data) => 'orderId' in data && data.orderId === id;
  const { data: order } = await waitForStatus(desk, id, 'filled', 'rejected');
  check('filledQuantity' in order && order.status === 'filled', `order ${id}: ${describe(order)}`);
  check(
    order.filledQuantity === quantity,
    `order ${id}: ${order.filledQuantity} of ${quantity} filled`,
  );
  await desk.live.message('trading.fills', isOfOrder, `a fill of order ${id}`);
}

/** @param {Desk} desk @param {string} id @param {...string} statuses any of them */
function waitForStatus({ live }, id, ...statuses) {
  const isThere = (/** @type {object} */ data) =>
    'id' in data && data.id === id && 'status' in data && statuses.includes(String(data.status));
  return live.message('trading.orders', isThere, `order ${id} is ${statuses.join(' or ')}`);
}

/** @returns {Options & { json: boolean, help: boolean }} */
function readOptions() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:3000' },
      'second-url': { type: 'string' },
      symbol: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { url, symbol, json, help } = values;
  const liveUrl = values['second-url'] ?? url;
  for (const text of [url, liveUrl]) {
    const isHttp = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
    if (!isHttp) throw new Error(`not an HTTP URL: ${text}`);
  }
  return { url, liveUrl, symbol, json, help };
}

/** @returns {Promise<number>} the exit code */
async function main() {
  /** @type {ReturnType<typeof readOptions>} */
  let options;
  try {
    options = readOptions();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return 1;
  }
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const story = new Story(options.json);
  setTimeout(() => {
    story.fail(`not done after ${WHOLE_DEMO_MS / 1_000} s`);
    process.exit(1);
  }, WHOLE_DEMO_MS).unref();
  try {
    await run(story, options);
    story.tell('done', 'order, fill, live message, position and portfolio agree');
    return 0;
  } catch (error) {
    if (error instanceof DemoFailure) story.fail(error.message);
    else story.fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  }
}

process.exitCode = await main();
