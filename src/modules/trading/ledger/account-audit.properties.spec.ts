import fc from 'fast-check';
import {
  groupHistories,
  happen,
  histories,
  markedHistories,
  type AccountEvent,
} from '../../../../test/support/paper-account/histories.js';
import {
  differencesOf,
  type KeptAccount,
} from '../../../../test/support/paper-account/kept-account.js';
import { FEES, PaperAccount } from '../../../../test/support/paper-account/paper-account.js';
import { money, sumOf } from '../../../kernel/money.js';
import { feeOf } from '../execution/paper/fees.js';
import { isFinal } from '../orders/order-state.js';
import type { OrderRow } from '../orders/orders.table.js';
import { availableCash } from '../trading.mappers.js';

/** What orders have broken of the promises that no audit makes by itself: how much they trade, and for which fee. */
function brokenOrders({ orders, executions }: KeptAccount): OrderRow[] {
  return orders.filter(({ id, side, quantity, filledQuantity, filledNotional, fees }) => {
    const traded = { side, quantity: money(filledQuantity), notional: money(filledNotional) };
    const parts = executions.filter(({ orderId }) => orderId === id);
    const hasItsFee = money(fees).eq(feeOf(FEES, traded));
    const isSumOfParts = sumOf(parts.map(({ fee }) => fee)).eq(fees);
    return money(filledQuantity).gt(quantity) || !hasItsFee || !isSumOfParts;
  });
}

/** Whatever happened, a group has sold no more than was for it, and nobody waits for an entry that is over. */
function brokenGroups(orders: readonly OrderRow[]): string[] {
  const heads = orders.filter(({ id, groupId }) => id === groupId);
  return heads.flatMap((head) => {
    const legs = orders.filter((row) => row.groupId === head.id && row.groupRole !== 'entry');
    const isEntry = head.groupRole === 'entry';
    const broken: string[] = [];
    const sold = sumOf(legs.map((leg) => leg.filledQuantity));
    if (sold.gt(isEntry ? head.filledQuantity : head.quantity)) broken.push('sold too much');
    const waits = legs.some(({ status }) => status === 'held');
    if (waits !== (isEntry && !isFinal(head.status))) broken.push('waits for nobody, or not');
    const reserved = sumOf(legs.map((leg) => leg.reservedQuantity));
    for (const { status, quantity, filledQuantity } of legs) {
      if (isFinal(status) || status === 'held') continue;
      if (!reserved.eq(money(quantity).minus(filledQuantity))) broken.push('not held back once');
    }
    return broken;
  });
}

function live(account: PaperAccount, history: readonly AccountEvent[]): KeptAccount {
  for (const one of history) happen(account, one);
  const kept = account.kept();
  expect(differencesOf(kept)).toEqual([]);
  expect(brokenOrders(kept)).toEqual([]);
  return kept;
}

describe('the audit of an account finds nothing wrong with any history', () => {
  it('of transfers, orders, fills in part and cancellations', () => {
    fc.assert(
      fc.property(histories, (history) => {
        live(new PaperAccount('10000'), history);
      }),
      { numRuns: 300 },
    );
  });

  it('of short sales, prices that move against them, dividends beyond all that there is, and margin calls', () => {
    let shorts = 0;
    let debits = 0;
    fc.assert(
      fc.property(markedHistories, (history) => {
        const { account, positions } = live(new PaperAccount('10000', true), history);
        if (availableCash(account).lt(0)) debits += 1;
        shorts += positions.filter(({ quantity }) => money(quantity).lt(0)).length;
      }),
      { numRuns: 200 },
    );
    expect(shorts).toBeGreaterThan(0);
    expect(debits).toBeGreaterThan(0);
  });

  it('of groups: what their legs sell and hold back is what was bought, once, wherever it ends', () => {
    fc.assert(
      fc.property(groupHistories, (history) => {
        const account = new PaperAccount('10000000');
        for (const one of history) {
          happen(account, one);
          expect(brokenGroups(account.orders)).toEqual([]);
        }
        live(account, []);
      }),
      { numRuns: 60 },
    );
  });
});
