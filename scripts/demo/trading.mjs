// @ts-check
/** @import { Account, Order, Page, Portfolio, Position, Quote, Trade } from './api-shapes.js' */
/** @import { Desk } from './desk.mjs' */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { check, until } from './client.mjs';
import { describe } from './story.mjs';

/** Orders of both kinds, a repeated one, a cancelled one, a bad one; then the books. @param {Desk} desk */
export async function trading(desk) {
  const quote = await lookAround(desk);
  await buyAtMarket(desk);
  await sellAtLimit(desk, quote);
  await cancelPatientOrder(desk, quote);
  await placeBadOrder(desk);
  await checkBooks(desk);
}

/** @param {Desk} desk @returns {Promise<Quote>} */
async function lookAround(desk) {
  const { api, live, story, symbol } = desk;
  /** @type {Quote} */
  const quote = await api.get(`/api/market/quotes/${encodeURIComponent(symbol)}`);
  story.tell('quote', `${describe(quote)}, ${quote.source}, as of ${quote.asOf}`, { quote });
  await desk.withJobs('a live quote', () =>
    live.message(`market.quote:${symbol}`, (data) => data.symbol === symbol, 'a quote'),
  );
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
  await untilStatus(desk, id, 'open');
  await api.delete(`/api/orders/${id}`);
  /** @type {Order} */
  const order = await api.get(`/api/orders/${id}`);
  check(order.status === 'cancelled', `the cancelled order is ${order.status}`);
  await desk.withJobs('the live message of the cancellation', () =>
    liveStatus(desk, id, 'cancelled'),
  );
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

/** The books first, then what both live channels told of it. @param {Desk} desk @param {Order} order */
async function waitForFill(desk, { id, quantity }) {
  const order = await untilStatus(desk, id, 'filled', 'rejected');
  check(order.status === 'filled', `order ${id}: ${describe(order)}`);
  check(
    order.filledQuantity === quantity,
    `order ${id}: ${order.filledQuantity} of ${quantity} filled`,
  );
  desk.story.tell('filled', describe(order), { order });
  const isOfOrder = (/** @type {object} */ data) => 'orderId' in data && data.orderId === id;
  await desk.withJobs('the live message of the fill', async () => {
    await liveStatus(desk, id, 'filled');
    await desk.live.message('trading.fills', isOfOrder, `a fill of order ${id}`);
  });
}

/** @param {Desk} desk @param {string} id @param {...string} statuses any of them @returns {Promise<Order>} */
function untilStatus({ api }, id, ...statuses) {
  return until(`order ${id} to be ${statuses.join(' or ')}`, async () => {
    /** @type {Order} */
    const order = await api.get(`/api/orders/${id}`);
    return statuses.includes(order.status) && order;
  });
}

/** @param {Desk} desk @param {string} id @param {string} status */
function liveStatus({ live }, id, status) {
  const isThere = (/** @type {object} */ data) =>
    'id' in data && data.id === id && 'status' in data && data.status === status;
  return live.message('trading.orders', isThere, `order ${id} is ${status}`);
}
