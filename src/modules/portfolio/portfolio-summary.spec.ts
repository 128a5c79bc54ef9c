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
const account = (cash: string, contributed = '100000') => ({ cash, contributed });

describe('summarise', () => {
  it('adds cash and positions to equity, and measures it against the starting cash', () => {
    const msft = position({ symbol: 'MSFT', marketValue: '1490', unrealizedPnl: '-10.5' });
    expect(summarise(account('98000'), [position({}), msft], asOfMs)).toMatchObject({
      positionsValue: '2500',
      equity: '100500',
      unrealizedPnl: '-0.5',
      totalReturn: '0.005',
      unpriced: [],
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
    expect(summarise(account('100075.25'), [soldOut], asOfMs)).toMatchObject({
      realizedPnl: '75.25',
      positions: [],
      equity: '100075.25',
    });
  });

  it('counts what has no quote at its cost, and says so', () => {
    const gone = position({
      symbol: 'GONE',
      price: null,
      marketValue: null,
      unrealizedPnl: null,
      asOf: null,
    });
    expect(summarise(account('99000'), [gone], asOfMs)).toMatchObject({
      equity: '100000',
      unrealizedPnl: '0',
      unpriced: ['GONE'],
    });
  });

  it('has no return on an account that started with nothing', () => {
    expect(summarise(account('0', '0'), [], asOfMs).totalReturn).toBe('0');
  });
});
