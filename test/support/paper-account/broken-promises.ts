import { money, Money, sumOf } from '../../../src/kernel/money.js';
import { isFinal } from '../../../src/modules/trading/orders/order-state.js';
import type { OrderRow } from '../../../src/modules/trading/orders/orders.table.js';
import type { KeptAccount } from './kept-account.js';

/** The rows that promises are about. */
export type PromisedRows = Pick<
  KeptAccount,
  'account' | 'entries' | 'executions' | 'orders' | 'positions'
>;

/**
 * What is promised of every account at every moment, read literally from its rows and without the audit, which is held
 * against it: postings sum to zero, cash and positions are the journal's and the fills', no order trades more than it asks for, what
 * is reserved is what orders hold back, and nothing is spent that is not there. For accounts that have written no options.
 * @returns what is broken
 */
export function brokenPromises(rows: PromisedRows): string[] {
  const { account, entries, executions, orders, positions } = rows;
  const broken: string[] = [];
  const expectSame = (what: string, one: Money | string, other: Money | string): void => {
    if (!money(one).eq(other))
      broken.push(`${what}: ${money(one).toFixed()} is not ${money(other).toFixed()}`);
  };
  const expectSome = (what: string, amount: Money | string): void => {
    if (money(amount).lt(0)) broken.push(`${what}: ${money(amount).toFixed()}`);
  };
  const postings = entries.flatMap((entry) => entry.postings);
  const inBooks = (symbol: string | null, ...books: string[]): Money =>
    sumOf(
      postings
        .filter((posting) => posting.symbol === symbol && books.includes(posting.book))
        .map(({ amount }) => amount),
    );

  for (const { seq, postings: lines } of entries) {
    for (const symbol of new Set(lines.map((line) => line.symbol))) {
      const ofSymbol = lines.filter((line) => line.symbol === symbol);
      const sum = sumOf(ofSymbol.map(({ amount }) => amount));
      expectSame(`entry ${seq}, ${symbol ?? 'USD'}`, sum, '0');
    }
  }

  expectSame('cash', account.cash, inBooks(null, 'cash', 'reserved', 'collateral'));
  expectSame('reserved cash', account.reservedCash, inBooks(null, 'reserved'));
  const reservedByOrders = sumOf(orders.map(({ reservedCash }) => reservedCash));
  expectSame('cash that orders hold back', account.reservedCash, reservedByOrders);
  expectSame('collateral', account.collateral, inBooks(null, 'collateral'));
  let available = money(0);
  for (const { seq, corporateActionId, postings: lines } of entries) {
    const moved = lines.filter(({ book, symbol }) => book === 'cash' && symbol === null);
    const least = Money.min(0, available);
    available = sumOf([available, ...moved.map(({ amount }) => amount)]);
    // Only what is due at a corporate action for a short position may be more than there is.
    const isDue = corporateActionId !== null;
    expectSome(`available after entry ${seq}`, isDue ? '0' : available.minus(least));
  }
  expectSome('collateral', account.collateral);

  for (const { symbol, quantity, reservedQuantity, collateral } of positions) {
    expectSame(symbol, quantity, inBooks(symbol, 'position', 'reserved'));
    const signed = executions
      .filter((execution) => execution.symbol === symbol)
      .map((fill) => (fill.side === 'buy' ? money(fill.quantity) : money(fill.quantity).negated()));
    const byActions = entries
      .filter(({ corporateActionId }) => corporateActionId !== null)
      .flatMap((entry) => entry.postings)
      .filter((posting) => posting.symbol === symbol && posting.book === 'position');
    const byFills = sumOf([...signed, ...byActions.map(({ amount }) => amount)]);
    expectSame(`${symbol} by its fills`, quantity, byFills);
    const ofSymbol = orders.filter((order) => order.symbol === symbol);
    const heldBack = sumOf(ofSymbol.map((order) => order.reservedQuantity));
    expectSame(`${symbol} that orders hold back`, reservedQuantity, heldBack);
    const isShort = money(quantity).lt(0);
    expectSome(`available ${symbol}`, isShort ? '0' : money(quantity).minus(reservedQuantity));
    if (isShort) expectSame(`reserved ${symbol} of a short position`, reservedQuantity, '0');
    else expectSame(`collateral of ${symbol}, which is not short`, collateral, '0');
  }

  for (const order of orders) {
    const { id, status, quantity, filledQuantity, reservedCash, reservedQuantity } = order;
    const parts = executions.filter(({ orderId }) => orderId === id);
    expectSame(`filled of ${id}`, filledQuantity, sumOf(parts.map((part) => part.quantity)));
    expectSome(`left of ${id}`, money(quantity).minus(filledQuantity));
    if (isFinal(status) && status === 'filled')
      expectSame(`filled ${id}`, quantity, filledQuantity);
    if (isFinal(status))
      expectSame(`held back by ${id}`, sumOf([reservedCash, reservedQuantity]), '0');
  }
  return broken;
}

/** Sees that what has ended stays as it is. */
export class EndedOrders {
  readonly #ended = new Map<string, string>();

  /** @returns the orders that had ended, and have changed since */
  changedSince(orders: readonly OrderRow[]): string[] {
    const changed: string[] = [];
    for (const order of orders) {
      const row = JSON.stringify(order);
      const before = this.#ended.get(order.id);
      if (before !== undefined && before !== row) changed.push(`${before} became ${row}`);
      if (isFinal(order.status)) this.#ended.set(order.id, row);
    }
    return changed;
  }
}
