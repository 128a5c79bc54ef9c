import {
  findsChanges,
  first,
  nth,
} from '../../../../test/support/paper-account/audited-changes.js';
import { busyAccount } from '../../../../test/support/paper-account/busy-account.js';

describe('the audit of an account’s orders', () => {
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
});
