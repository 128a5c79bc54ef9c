import {
  findsChanges,
  first,
  nth,
} from '../../../../test/support/paper-account/audited-changes.js';
import { busyAccount } from '../../../../test/support/paper-account/busy-account.js';

describe('the audit of an account’s positions', () => {
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
});
