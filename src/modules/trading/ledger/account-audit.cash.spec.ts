import {
  accepted,
  findsChanges,
  first,
  nth,
  plusCent,
} from '../../../../test/support/paper-account/audited-changes.js';
import { busyAccount } from '../../../../test/support/paper-account/busy-account.js';
import { differencesOf } from '../../../../test/support/paper-account/kept-account.js';
import { PaperAccount } from '../../../../test/support/paper-account/paper-account.js';
import { money } from '../../../kernel/money.js';

describe('the audit of an account’s cash', () => {
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
});
