import {
  accepted,
  findsChanges,
  first,
  nth,
  plusCent,
} from '../../../../test/support/paper-account/audited-changes.js';
import {
  differencesOf,
  type KeptAccount,
} from '../../../../test/support/paper-account/kept-account.js';
import { PaperAccount } from '../../../../test/support/paper-account/paper-account.js';
import { money } from '../../../kernel/money.js';

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
        'the book of a fee',
        ({ entries }) => {
          const fill = entries.find(({ kind }) => kind === 'fill');
          for (const posting of fill?.postings ?? []) {
            if (posting.book === 'fees') posting.book = 'capital';
          }
        },
        /^executions\..+\.fees$/,
      ],
      [
        'the book of a deposit, to that of fees',
        ({ entries }) => {
          for (const posting of nth(entries, 1).postings) {
            if (posting.book === 'capital') posting.book = 'fees';
          }
        },
        /^entries\.2\.fees$/,
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
        'its status: one that has traded waits for no first fill',
        ({ orders }) => (nth(orders, 1).status = 'open'),
        /^orders\..+\.status$/,
      ],
      [
        'its status: one that has not traded all of it is not filled',
        ({ orders }) => (nth(orders, 1).status = 'filled'),
        /^orders\..+\.status$/,
      ],
      [
        'its status: one that has traded all of it was not cancelled',
        ({ orders }) => (first(orders).status = 'cancelled'),
        /^orders\..+\.status$/,
      ],
      [
        'its status beside its last step',
        ({ orders }) => (nth(orders, 3).status = 'open'),
        /^orders\..+\.history\.status$/,
      ],
      [
        'how often it has changed',
        ({ orders }) => (nth(orders, 3).version += 1),
        /^orders\..+\.history\.version$/,
      ],
      [
        'a lost step of its life',
        ({ lastSteps }) => Object.assign(nth(lastSteps, 3), { version: 3, steps: 2 }),
        /^orders\..+\.history\.steps$/,
      ],
      [
        'the first step of its life',
        ({ lastSteps }) => Object.assign(nth(lastSteps, 3), { hasBeginning: false }),
        /^orders\..+\.history\.hasBeginning$/,
      ],
      [
        'all steps of its life',
        ({ lastSteps }) => lastSteps.splice(3, 1),
        /^orders\..+\.history\.status$/,
      ],
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
        'when a lot was closed',
        ({ closures }) => (first(closures).closedAt = new Date(0)),
        /^closures\.\d+\.0\.closedAt$/,
      ],
      [
        'what closed a lot',
        ({ closures }) => (first(closures).executionId = null),
        /^closures\.\d+\.0\.executionId$/,
      ],
      [
        'the place of a lot among the others',
        ({ lots }) => (first(lots).openedSeq += 1),
        /^lots\..+\.openedSeq$/,
      ],
      [
        'when a lot was opened',
        ({ lots }) => (first(lots).openedAt = new Date(0)),
        /^lots\..+\.openedAt$/,
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
});
