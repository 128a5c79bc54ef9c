import {
  differencesOf,
  type KeptAccount,
} from '../../../../test/support/paper-account/kept-account.js';
import { PaperAccount } from '../../../../test/support/paper-account/paper-account.js';
import { money, moneyText } from '../../../kernel/money.js';
import type { OrderRow } from '../orders/orders.table.js';

function accepted(order: OrderRow | undefined): OrderRow {
  if (!order) throw new Error('not accepted');
  return order;
}

/** A buy that traded in two parts, a sale in part, a cancelled order, a waiting one. */
function busyAccount(): KeptAccount {
  const account = new PaperAccount('10000');
  account.transfer(money('500'));
  const place = (side: 'buy' | 'sell', quantity: string, limit: string) =>
    accepted(
      account.place({ side, symbol: 'AAPL', quantity: money(quantity), limit: money(limit) }),
    );
  const bought = place('buy', '20', '100');
  account.fill(bought, money('5'), money('99'));
  account.fill(bought, money('15'), money('98'));
  const sold = place('sell', '10', '101');
  account.fill(sold, money('4'), money('102'));
  account.cancel(place('buy', '1', '50'));
  place('buy', '3', '90');
  return account.kept();
}

/** A bracket of which 4 of 10 were sold at a profit, and an order whose stop waits for it. */
function groupedAccount(): KeptAccount {
  const account = new PaperAccount('10000');
  account.placeGroup('bracket', { symbol: 'AAPL', quantity: money('10'), limit: money('100') });
  const [entry, profit] = account.orders;
  account.fill(accepted(entry), money('10'), money('99'));
  account.fill(accepted(profit), money('4'), money('200'));
  account.placeGroup('oto', { symbol: 'MSFT', quantity: money('5'), limit: money('50') });
  return account.kept();
}

/** 100 sold short at 50, 40 of them bought back at 45, the rest followed to 70. */
function shortAccount(): KeptAccount {
  const account = new PaperAccount('10000', true);
  const trade = (side: 'buy' | 'sell', quantity: string, limit: string) => {
    const order = { side, symbol: 'AAPL', quantity: money(quantity), limit: money(limit) };
    account.fill(accepted(account.place(order)), order.quantity, order.limit);
  };
  trade('sell', '100', '50');
  trade('buy', '40', '45');
  account.mark(money('70'));
  return account.kept();
}

type Change = [what: string, change: (kept: KeptAccount) => unknown, found: RegExp];

function findsChanges(build: () => KeptAccount, changes: readonly Change[]): void {
  it.each(changes)('finds a change of %s', (_what, change, found) => {
    const kept = build();
    expect(differencesOf(kept)).toEqual([]);
    change(kept);
    const differences = differencesOf(kept).map(({ what }) => what);
    expect(differences).toContainEqual(expect.stringMatching(found));
  });
}

function nth<Row>(rows: readonly Row[], at: number): Row {
  const row = rows[at];
  if (row === undefined) throw new Error('no such row');
  return row;
}
const first = <Row>(rows: readonly Row[]): Row => nth(rows, 0);

const plusCent = (text: string) => moneyText(money(text).plus('0.01'));

describe('the audit of an account', () => {
  describe('every entry is there, and its postings sum to zero', () => {
    findsChanges(busyAccount, [
      ['a lost entry', ({ entries }) => entries.splice(3, 1), /^entries\.5\.seq$/],
      [
        'an entry that does not balance',
        ({ entries }) => (first(first(entries).postings).amount = '10000.01'),
        /^entries\.1\.USD$/,
      ],
      ['the number of entries', ({ account }) => (account.ledgerSeq += 1), /^ledgerSeq$/],
    ]);
  });

  describe('cash is what the ledger says', () => {
    it('knows the figures of a busy account', () => {
      const { account } = busyAccount();
      // Fees: 1 + 0 for the buy (20 × 0.005 + 1 bp of 1,965 are less), 1.03 for the sale (1 + 0.5 bps of 408 = 0.0204, rounded up).
      // 10,500 − 5 × 99 − 15 × 98 + 4 × 102 − 2.03; held back: 3 × 90 + 1
      expect(account).toMatchObject({
        cash: '8940.97',
        reservedCash: '271',
        contributed: '10500',
        feesPaid: '2.03',
      });
    });

    findsChanges(busyAccount, [
      ['cash', ({ account }) => (account.cash = plusCent(account.cash)), /^cash$/],
      [
        'what was put in',
        ({ account }) => (account.contributed = plusCent(account.contributed)),
        /^contributed$/,
      ],
      ['the fees', ({ account }) => (account.feesPaid = plusCent(account.feesPaid)), /^feesPaid$/],
    ]);

    it('tells that more was spent than was there', () => {
      const account = new PaperAccount('101');
      const buy = {
        side: 'buy',
        symbol: 'AAPL',
        quantity: money('1'),
        limit: money('100'),
      } as const;
      const order = accepted(account.place(buy));
      // By the rules it is not: 100.01 and the fee of 1 are a cent more than there is.
      expect(account.fill(order, money('1'), money('100.01'))).toBe(false);
      account.fill(order, money('1'), money('100.01'), true);
      expect(differencesOf(account.kept())).toEqual([
        { what: 'entries.3.available', kept: '-0.01', derived: '0 or more' },
      ]);
    });
  });

  describe('an execution is its entry, by its quote', () => {
    findsChanges(busyAccount, [
      ['a lost execution', ({ executions }) => executions.pop(), /^executions\..+$/],
      [
        'the price of an execution',
        ({ executions }) => (first(executions).price = '99.01'),
        /^executions\..+\.cash$/,
      ],
      [
        'the fee of an execution',
        ({ executions }) => (first(executions).fee = '0.99'),
        /^executions\..+\.cash$/,
      ],
      [
        'the number of an execution',
        ({ executions }) => (first(executions).sequence += 1),
        /^executions\..+\.sequence$/,
      ],
      [
        'the quote of an execution',
        ({ executions }) => (first(executions).ask = '99.01'),
        /^executions\..+\.price$/,
      ],
      [
        'the slippage of an execution',
        ({ executions }) => (first(executions).slippage = '0'),
        /^executions\..+\.price$/,
      ],
    ]);
  });

  describe('an order is its executions', () => {
    findsChanges(busyAccount, [
      ['a lost order', ({ orders }) => orders.shift(), /^orders\..+$/],
      [
        'what an order has traded',
        ({ orders }) => (first(orders).filledQuantity = '19'),
        /^orders\..+\.filledQuantity$/,
      ],
      [
        'what it traded for',
        ({ orders }) => (first(orders).filledNotional = '1965.01'),
        /^orders\..+\.filledNotional$/,
      ],
      [
        'its average price',
        ({ orders }) => (first(orders).averageFillPrice = '98.26'),
        /^orders\..+\.averageFillPrice$/,
      ],
      ['its fees', ({ orders }) => (first(orders).fees = '0.99'), /^orders\..+\.fees$/],
      [
        'its quantity to less than it traded',
        ({ orders }) => (first(orders).quantity = '19'),
        /\.left$/,
      ],
    ]);
  });

  describe('a position is its fills and its lots', () => {
    it('knows the figures of a busy account', () => {
      const { positions, closures } = busyAccount();
      // First in, first out: four of the five at 99, and of the fee of 1. 408 − 1.03 − 4/5 × (495 + 1) = 10.17;
      // (1/5 × 496 + 15 × 98) / 16 = 98.075
      expect(positions).toMatchObject([
        { quantity: '16', reservedQuantity: '6', averageCost: '98.075', realizedPnl: '10.17' },
      ]);
      expect(closures).toMatchObject([{ quantity: '4', proceeds: '406.97', cost: '396.8' }]);
    });

    findsChanges(busyAccount, [
      ['a lost position', ({ positions }) => positions.pop(), /^positions\.AAPL\.quantity$/],
      [
        'a position',
        ({ positions }) => (first(positions).quantity = '17'),
        /^positions\.AAPL\.quantity$/,
      ],
      [
        'an average cost',
        ({ positions }) => (first(positions).averageCost = '98.07'),
        /^positions\.AAPL\.averageCost$/,
      ],
      [
        'a realised profit',
        ({ positions }) => (first(positions).realizedPnl = '15.01'),
        /^positions\.AAPL\.realizedPnl$/,
      ],
      [
        'what the lots cost',
        ({ positions }) => (first(positions).costBasis = '1569.01'),
        /^positions\.AAPL\.costBasis$/,
      ],
      ['a lost lot', ({ lots }) => lots.shift(), /^lots\..+\.quantity$/],
      ['the rest of a lot', ({ lots }) => (first(lots).quantity = '2'), /^lots\..+\.quantity$/],
      ['the cost of a lot', ({ lots }) => (first(lots).cost = '99.01'), /^lots\..+\.cost$/],
      ['a lost closure', ({ closures }) => closures.pop(), /^closures\.\d+\.count$/],
      [
        'the lot that was closed',
        ({ closures, lots }) => (first(closures).lotId = nth(lots, 1).id),
        /^closures\.\d+\.0\.lotId$/,
      ],
      [
        'what a closure won',
        ({ closures }) => (first(closures).realizedPnl = '12.01'),
        /^closures\.\d+\.0\.realizedPnl$/,
      ],
      [
        'how a lot was closed that no order named',
        ({ closures }) => (first(closures).method = 'specific'),
        /^closures\.\d+\..+\.method$/,
      ],
    ]);
  });

  describe('what is held back is for working orders', () => {
    findsChanges(busyAccount, [
      [
        'cash held back',
        ({ account }) => (account.reservedCash = plusCent(account.reservedCash)),
        /^reservedCash$/,
      ],
      [
        'shares held back',
        ({ positions }) => (first(positions).reservedQuantity = '5'),
        /^positions\.AAPL\.reservedQuantity$/,
      ],
      [
        'what an order holds back for fees, to more than it holds back at all',
        ({ orders }) => (nth(orders, 3).reservedFees = '272'),
        /^orders\..+\.reservedCash$/,
      ],
      [
        'cash that an ended order holds back',
        ({ orders }) => (nth(orders, 2).reservedCash = '1'),
        /^orders\..+\.reservedCash$/,
      ],
      [
        'shares that a working order holds back',
        ({ orders }) => (nth(orders, 1).reservedQuantity = '7'),
        /^orders\.AAPL\.reserved$/,
      ],
    ]);
  });

  describe('legs wait for their entry, and sell once what it bought', () => {
    findsChanges(groupedAccount, [
      [
        'a leg, which works beside its entry',
        ({ orders }) => (nth(orders, 4).status = 'open'),
        /^groups\..+\.entry$/,
      ],
      [
        'a leg, which waits for an entry that is over',
        ({ orders }) => (nth(orders, 2).status = 'held'),
        /^groups\..+\.entry$/,
      ],
      [
        'a stop, to more than the other leg has left',
        ({ orders }) => (nth(orders, 2).quantity = '10'),
        /^groups\..+\.left$/,
      ],
      [
        'a stop, which holds back what the other leg does already',
        ({ orders }) => (nth(orders, 2).reservedQuantity = '6'),
        /^groups\..+\.reserved$/,
      ],
      [
        'an entry, to less than its legs sold',
        ({ orders }) => (first(orders).filledQuantity = '3'),
        /^groups\..+\.sold$/,
      ],
    ]);
  });

  describe('a dividend on what is sold short is due, whatever there is', () => {
    /** 100 sold short at 50, with 2,500 beside; 12,000 are due for them, and an order works for 500. */
    function indebtedAccount(): KeptAccount {
      const account = new PaperAccount('5000', true);
      const at = { symbol: 'AAPL', quantity: money('100'), limit: money('50') } as const;
      account.fill(accepted(account.place({ side: 'sell', ...at })), at.quantity, at.limit);
      account.place({ side: 'buy', symbol: 'MSFT', quantity: money('5'), limit: money('100') });
      account.payDividend('AAPL', money('120'));
      return account.kept();
    }

    it('takes what is free, what stands behind it and what orders hold back; the rest is a debit', () => {
      const { account, orders, positions } = indebtedAccount();
      // 5,000 and 5,000 from the sale, less its fee of 1.25 and less 12,000.
      expect(account).toMatchObject({ cash: '-2001.25', reservedCash: '0', collateral: '0' });
      expect(orders[1]).toMatchObject({ symbol: 'MSFT', status: 'cancelled' });
      expect(positions).toMatchObject([{ symbol: 'AAPL', quantity: '-100', collateral: '0' }]);
    });

    findsChanges(indebtedAccount, [
      [
        'the reason for a debit: no other entry brings one',
        ({ entries }) => (nth(entries, entries.length - 1).corporateActionId = null),
        /^entries\.\d+\.available$/,
      ],
      [
        'what is left behind a position while there is a debit',
        ({ entries }) => {
          const taken = entries.findLast(({ kind }) => kind === 'margin');
          for (const posting of taken?.postings ?? []) {
            posting.amount = moneyText(money(posting.amount).times('0.9'));
          }
        },
        /^entries\.\d+\.debit\.collateral$/,
      ],
      [
        'what orders hold back while there is a debit',
        ({ entries }) => {
          const freed = entries.findLast(({ kind }) => kind === 'release');
          for (const posting of freed?.postings ?? []) {
            posting.amount = moneyText(money(posting.amount).times('0.9'));
          }
        },
        /^entries\.\d+\.debit\.reserved$/,
      ],
    ]);
  });

  describe('collateral stands behind what is sold short', () => {
    it('knows the figures of a short position', () => {
      const { account, positions, closures, orders } = shortAccount();
      // Fees: 100 × 0.005 + 1 bp of 5,000, but 1 at least, and 0.5 bps of the sale: 1.25; then 1.
      // Behind it: 7,500; of that 40 % go with 40 shares, and 4,500 are left of it. At 70 they must be 60 × 91 = 5,460,
      // and are filled up to 60 × 105 = 6,300.
      expect(account).toMatchObject({ cash: '13197.75', reservedCash: '0', collateral: '6300' });
      // 5,000 − 1.25 were got for 100; 40 of them, 1,999.50, are bought back for 1,801.
      expect(positions).toMatchObject([
        { quantity: '-60', collateral: '6300', costBasis: '-2999.25', realizedPnl: '198.5' },
      ]);
      expect(closures).toMatchObject([{ quantity: '40', proceeds: '1999.5', cost: '1801' }]);
      // The limit's 40 × 45 and fee are less than what 40 shares free.
      expect(orders[1]).toMatchObject({ side: 'buy', reservedCash: '0' });
    });

    findsChanges(shortAccount, [
      [
        'what stands behind it',
        ({ positions }) => (first(positions).collateral = '6300.01'),
        /^positions\.AAPL\.collateral$/,
      ],
      [
        'what stands behind all that is short',
        ({ account }) => (account.collateral = '6299.99'),
        /^collateral$/,
      ],
      [
        'the symbol that an entry is for',
        ({ entries }) => (nth(entries, entries.length - 1).symbol = 'MSFT'),
        /^positions\.(AAPL|MSFT)\.collateral$/,
      ],
      [
        'what a sale puts behind it',
        ({ entries }) => {
          const fill = entries.find(({ kind }) => kind === 'fill');
          for (const posting of fill?.postings ?? []) {
            const { book, amount } = posting;
            if (book === 'collateral') posting.amount = moneyText(money(amount).minus(1));
            if (book === 'cash') posting.amount = moneyText(money(amount).plus(1));
          }
        },
        /^executions\..+\.collateral$/,
      ],
    ]);
  });
});
