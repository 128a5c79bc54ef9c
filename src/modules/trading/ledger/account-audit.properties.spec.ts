import fc from 'fast-check';
import { atLeast } from '../../../../test/support/property-runs.js';
import {
  brokenPromises,
  EndedOrders,
} from '../../../../test/support/paper-account/broken-promises.js';
import {
  groupHistories,
  happen,
  histories,
  markedHistories,
  mixedHistories,
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

/** Whatever happened, a group has closed no more than was for it, and nobody waits for an entry that is over. */
function brokenGroups(orders: readonly OrderRow[]): string[] {
  const heads = orders.filter(({ id, groupId }) => id === groupId);
  return heads.flatMap((head) => {
    const legs = orders.filter((row) => row.groupId === head.id && row.groupRole !== 'entry');
    const isEntry = head.groupRole === 'entry';
    const broken: string[] = [];
    const sold = sumOf(legs.map((leg) => leg.filledQuantity));
    if (sold.gt(isEntry ? head.filledQuantity : head.quantity)) broken.push('closed too much');
    const waits = legs.some(({ status }) => status === 'held');
    if (waits !== (isEntry && !isFinal(head.status))) broken.push('waits for nobody, or not');
    const reserved = sumOf(legs.map((leg) => leg.reservedQuantity));
    for (const { side, status, quantity, filledQuantity } of legs) {
      if (isFinal(status) || status === 'held') continue;
      const left = side === 'sell' ? money(quantity).minus(filledQuantity) : money(0);
      if (!reserved.eq(left)) broken.push('not held back once');
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
      atLeast(300),
    );
  });

  it('of short sales, prices that move against them, dividends beyond all that there is, and margin calls', () => {
    let shorts = 0;
    let debits = 0;
    const property = fc.property(markedHistories, (history) => {
      const { account, positions } = live(new PaperAccount('10000', true), history);
      if (availableCash(account).lt(0)) debits += 1;
      shorts += positions.filter(({ quantity }) => money(quantity).lt(0)).length;
    });
    // Debits are rare: now and then 200 histories have none.
    for (let tries = 0; tries === 0 || (tries < 10 && debits === 0); tries += 1) {
      fc.assert(property, atLeast(200));
    }
    expect(shorts).toBeGreaterThan(0);
    expect(debits).toBeGreaterThan(0);
  });

  it.each([false, true])(
    'of groups, with short sales %s: what their legs close is what was opened, once, wherever it ends',
    (mayShort) => {
      const closed = { buy: 0, sell: 0 };
      const property = fc.property(groupHistories, (history) => {
        const account = new PaperAccount('10000000', mayShort);
        for (const one of history) {
          happen(account, one);
          expect(brokenGroups(account.orders)).toEqual([]);
        }
        for (const { side, filledQuantity, groupRole } of live(account, []).orders) {
          const isLeg = groupRole !== null && groupRole !== 'entry';
          if (isLeg && filledQuantity !== '0') closed[side] += 1;
        }
      });
      const hasClosedAll = () => closed.sell > 0 && closed.buy > 0 === mayShort;
      for (let tries = 0; tries === 0 || (tries < 10 && !hasClosedAll()); tries += 1) {
        fc.assert(property, atLeast(40));
      }
      expect(closed.sell).toBeGreaterThan(0);
      expect(closed.buy > 0).toBe(mayShort);
    },
  );

  it('of all that mixed, at each step: every promise is kept, and what has ended stays as it is', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(mixedHistories, fc.boolean(), (history, mayShort) => {
        const account = new PaperAccount('100000', mayShort);
        const ended = new EndedOrders();
        for (const one of history) {
          happen(account, one);
          const kept = account.kept();
          expect(brokenPromises(kept)).toEqual([]);
          expect(brokenGroups(account.orders)).toEqual([]);
          expect(ended.changedSince(kept.orders)).toEqual([]);
        }
        for (const { status, groupRole } of live(account, []).orders) {
          seen.add(`${groupRole ?? 'alone'} ${status}`);
        }
      }),
      atLeast(25),
    );
    for (const end of ['entry filled', 'stop_loss cancelled', 'alone replaced', 'alone filled']) {
      expect(seen).toContain(end);
    }
  });
});
