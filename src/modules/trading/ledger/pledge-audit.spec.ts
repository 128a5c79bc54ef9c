import {
  accepted,
  findsChanges,
  first,
  nth,
} from '../../../../test/support/paper-account/audited-changes.js';
import type { KeptAccount } from '../../../../test/support/paper-account/kept-account.js';
import { PaperAccount } from '../../../../test/support/paper-account/paper-account.js';
import { money, moneyText } from '../../../kernel/money.js';

/** A bracket of which 4 of 10 were sold at a profit, and an order whose stop waits for it. */
function groupedAccount(): KeptAccount {
  const account = new PaperAccount('10000');
  account.placeGroup('bracket', {
    side: 'buy',
    symbol: 'AAPL',
    quantity: money('10'),
    limit: money('100'),
  });
  const [entry, profit] = account.orders;
  account.fill(accepted(entry), money('10'), money('99'));
  account.fill(accepted(profit), money('4'), money('200'));
  account.placeGroup('oto', {
    side: 'buy',
    symbol: 'MSFT',
    quantity: money('5'),
    limit: money('50'),
  });
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

describe('the audit of what stands behind orders and positions', () => {
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
