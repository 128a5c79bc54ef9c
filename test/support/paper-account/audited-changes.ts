import { money, moneyText } from '../../../src/kernel/money.js';
import type { OrderRow } from '../../../src/modules/trading/orders/orders.table.js';
import { differencesOf, type KeptAccount } from './kept-account.js';

export function accepted(order: OrderRow | undefined): OrderRow {
  if (!order) throw new Error('not accepted');
  return order;
}

/** Of what is kept, and which difference tells of it. */
export type Change = [what: string, change: (kept: KeptAccount) => unknown, found: RegExp];

/** A test for each: the audit finds nothing before, and the change after it. */
export function findsChanges(build: () => KeptAccount, changes: readonly Change[]): void {
  it.each(changes)('finds a change of %s', (_what, change, found) => {
    const kept = build();
    expect(differencesOf(kept)).toEqual([]);
    change(kept);
    const differences = differencesOf(kept).map(({ what }) => what);
    expect(differences).toContainEqual(expect.stringMatching(found));
  });
}

export function nth<Row>(rows: readonly Row[], at: number): Row {
  const row = rows[at];
  if (row === undefined) throw new Error('no such row');
  return row;
}
export const first = <Row>(rows: readonly Row[]): Row => nth(rows, 0);

export const plusCent = (text: string) => moneyText(money(text).plus('0.01'));
