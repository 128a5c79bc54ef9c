import assert from 'node:assert/strict';
import fc from 'fast-check';
import { money, moneyText } from '../../../src/kernel/money.js';
import { isFinal } from '../../../src/modules/trading/orders/order-state.js';
import type { OrderRow } from '../../../src/modules/trading/orders/orders.table.js';
import { SYMBOLS, type PaperAccount } from './paper-account.js';

const shares = fc.integer({ min: 1, max: 500_000_000 }).map((units) => money(units).div(1_000_000));
/** As the quotes of a replay are: eight decimal places, of which products have to be rounded. */
const price = fc
  .integer({ min: 1, max: 2_000_000_000 })
  .map((units) => money(units).div(100_000_000));
/** Up to more than what stands behind a share. */
const dividend = price.map((usd) => usd.times(20));
const symbol = fc.constantFrom(...SYMBOLS);

const commonEvents = [
  fc.record({
    kind: fc.constant('transfer' as const),
    amount: fc.integer({ min: -5_000, max: 5_000 }),
  }),
  fc.record({
    kind: fc.constant('place' as const),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    symbol,
    quantity: shares,
    price,
    named: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('fill' as const),
    which: fc.nat(),
    quantity: shares,
    better: price,
  }),
  fc.record({ kind: fc.constant('cancel' as const), which: fc.nat() }),
  fc.record({
    kind: fc.constant('lots' as const),
    lotMethod: fc.constantFrom('fifo' as const, 'lifo' as const),
  }),
] as const;
const commonEvent = fc.oneof(...commonEvents);
const markedEvent = fc.oneof(
  ...commonEvents,
  fc.record({ kind: fc.constant('mark' as const), ask: price }),
  fc.record({ kind: fc.constant('dividend' as const), symbol, cashPerShare: dividend }),
);
const groupEvent = fc.oneof(
  fc.record({
    kind: fc.constant('group' as const),
    orderClass: fc.constantFrom('bracket' as const, 'oco' as const, 'oto' as const),
    symbol,
    quantity: shares,
    price,
  }),
  fc.record({ kind: fc.constant('trigger' as const), which: fc.nat() }),
  { arbitrary: commonEvent, weight: 3 },
);

type EventOf<A> = A extends fc.Arbitrary<infer T> ? T : never;
export type AccountEvent = EventOf<typeof markedEvent> | EventOf<typeof groupEvent>;

/** Transfers, orders, fills in part and cancellations. */
export const histories = fc.array(commonEvent, { minLength: 1, maxLength: 60 });
/** And prices that move against short positions, and dividends that are due for them. */
export const markedHistories = fc.array(markedEvent, { minLength: 1, maxLength: 60 });
/** And orders of which one follows from another. */
export const groupHistories = fc.array(groupEvent, { minLength: 20, maxLength: 60, size: 'max' });

/** What cannot be, such as an order without the cash for it, does not happen. */
export function happen(account: PaperAccount, event: AccountEvent): void {
  switch (event.kind) {
    case 'transfer':
      if (event.amount !== 0) account.transfer(money(event.amount));
      return;
    case 'place':
      placeOne(account, event);
      return;
    case 'lots':
      account.lotMethod = event.lotMethod;
      return;
    case 'mark':
      account.mark(event.ask);
      return;
    case 'dividend':
      account.payDividend(event.symbol, event.cashPerShare);
      return;
    case 'group':
      account.placeGroup(event.orderClass, { ...event, limit: event.price });
      return;
    case 'cancel':
      withOne(unfinishedOf(account), event.which, (order) => account.cancel(order));
      return;
    case 'trigger':
      withOne(workingOf(account).filter(isWaitingStop), event.which, (stop) =>
        account.trigger(stop),
      );
      return;
    case 'fill': {
      const those = workingOf(account).filter((order) => !isWaitingStop(order));
      withOne(those, event.which, (order) => fillOne(account, order, event));
    }
  }
}

type EventNamed<Kind extends AccountEvent['kind']> = Extract<AccountEvent, { kind: Kind }>;

function placeOne(account: PaperAccount, event: EventNamed<'place'>): void {
  const { side, named, price: limit } = event;
  // Short sales are of whole shares: half of what is tried can be one.
  const quantity = account.shortSelling ? event.quantity.ceil() : event.quantity;
  const newest = side === 'sell' && named ? account.openLots(event.symbol).slice(-2) : [];
  const lots = newest.map((lot) => ({ id: lot.id, quantity: moneyText(lot.quantity) }));
  const order = { side, symbol: event.symbol, quantity, limit };
  account.place(lots.length > 0 ? { ...order, lots } : order);
}

function fillOne(account: PaperAccount, order: OrderRow, event: EventNamed<'fill'>): void {
  // No buy costs more than its limit, no sale gets less.
  const limit = money(order.limitPrice ?? 0);
  const isBetter = order.side === 'buy' ? event.better.lt(limit) : event.better.gt(limit);
  const isPaid = account.fill(order, event.quantity, isBetter ? event.better : limit);
  const mayFail = order.side === 'sell' || account.shortSelling;
  assert.ok(isPaid || mayFail, 'what was held back covers each part of a buy, whatever its fee');
}

function unfinishedOf({ orders }: PaperAccount): OrderRow[] {
  return orders.filter(({ status }) => !isFinal(status));
}

/** What is held cannot trade. */
function workingOf(account: PaperAccount): OrderRow[] {
  return unfinishedOf(account).filter(({ status }) => status !== 'held');
}

function isWaitingStop({ type, triggeredAt }: OrderRow): boolean {
  return type === 'stop' && triggeredAt === null;
}

function withOne(orders: readonly OrderRow[], which: number, act: (order: OrderRow) => void): void {
  const order = orders[which % Math.max(1, orders.length)];
  if (order) act(order);
}
