import { money } from '../../../kernel/money.js';
import type { ShareBalance } from '../ledger/balances.js';
import { collateralBehind } from './collateral-audit.js';
import { collateralOf, writes, writtenOf } from './collateral.js';

const contract = { underlying: 'BRK.B', strike: '457.5' };

describe('what stands behind a written contract', () => {
  it('is the shares for a call, and the strike in cash for a put', () => {
    const call = collateralOf({ ...contract, right: 'call' }, money(200));
    expect([call.cash.toFixed(), call.shares.toFixed(), call.symbol]).toEqual([
      '0',
      '200',
      'BRK.B',
    ]);
    // 200 shares at 457.50.
    const put = collateralOf({ ...contract, right: 'put' }, money(200));
    expect([put.cash.toFixed(), put.shares.toFixed()]).toEqual(['91500', '0']);
  });

  it('is asked of sales of what is not held', () => {
    const all = (['buy', 'sell'] as const).flatMap((side) =>
      [-100, 0, 100].map((position) => writes(side, money(position))),
    );
    expect(all).toEqual([false, false, false, true, true, false]);
    expect([-100, 0, 100].map((position) => writtenOf(money(position)).toFixed())).toEqual([
      '100',
      '0',
      '0',
    ]);
  });

  it('follows from the positions alone', () => {
    const balances = new Map<string, ShareBalance>(
      Object.entries({
        'BRK.B': 300,
        BRKB261218C00457500: -200,
        BRKB261218C00460000: -100,
        BRKB261218P00457500: -100,
        BRKB261218P00400000: 500,
        AAPL261218P00200000: -100,
        KO261218C00060000: -100,
      }).map(([symbol, quantity]) => [symbol, { quantity: money(quantity), reserved: money(0) }]),
    );
    const { cash, shares } = collateralBehind(balances);
    // 100 × 457.50 and 100 × 200.
    expect(cash.toFixed()).toBe('65750');
    // The call on KO has no cover at all: it is missed where it would have to be.
    expect([...shares].map(([symbol, amount]) => [symbol, amount.toFixed()])).toEqual([
      ['BRK.B', '300'],
      ['KO', '100'],
    ]);
  });
});
