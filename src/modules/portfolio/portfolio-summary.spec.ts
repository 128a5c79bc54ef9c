import type { ValuedPosition } from '../trading/index.js';
import { summarise } from './portfolio-summary.js';

const position = (overrides: Partial<ValuedPosition>): ValuedPosition => ({
  symbol: 'AAPL',
  quantity: '10',
  averageCost: '100.00',
  price: '101.00',
  marketValue: '1010',
  unrealizedPnl: '10',
  realizedPnl: '0',
  asOf: '2026-01-05T15:00:00.000Z',
  ...overrides,
});
const asOfMs = Date.UTC(2026, 0, 5, 15);

describe('summarise', () => {
  it('adds cash and positions to equity, and measures it against the starting cash', () => {
    const summary = summarise({
      cash: '98000',
      startingCash: '100000',
      positions: [
        position({}),
        position({ symbol: 'MSFT', marketValue: '1490', unrealizedPnl: '-10.5' }),
      ],
      asOfMs,
    });
    expect(summary).toMatchObject({
      positionsValue: '2500',
      equity: '100500',
      unrealizedPnl: '-0.5',
      totalReturn: '0.005',
      asOf: '2026-01-05T15:00:00.000Z',
    });
  });

  it('keeps the profit of what is sold out, without listing it', () => {
    const soldOut = position({
      quantity: '0',
      marketValue: '0',
      unrealizedPnl: '0',
      realizedPnl: '75.25',
    });
    const summary = summarise({
      cash: '100075.25',
      startingCash: '100000',
      positions: [soldOut],
      asOfMs,
    });
    expect(summary).toMatchObject({ realizedPnl: '75.25', positions: [], equity: '100075.25' });
  });

  it('has no return on an account that started with nothing', () => {
    expect(summarise({ cash: '0', startingCash: '0', positions: [], asOfMs }).totalReturn).toBe(
      '0',
    );
  });
});
