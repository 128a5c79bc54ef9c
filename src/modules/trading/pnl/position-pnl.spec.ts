import type { ValuedPosition } from '../trading.dto.js';
import { changedPositions, toPnl } from './position-pnl.js';

const held = (overrides: Partial<ValuedPosition> = {}): ValuedPosition => ({
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
const soldOut = held({ quantity: '0', marketValue: '0', unrealizedPnl: '0', realizedPnl: '12' });
const bySymbol = (...positions: ValuedPosition[]) =>
  new Map(positions.map((position) => [position.symbol, position]));

describe('toPnl', () => {
  it('adds up what has a price, and lists what is held', () => {
    const lost = held({ symbol: 'MSFT', marketValue: '500.5', unrealizedPnl: '-30.25' });
    const unpriced = held({ symbol: 'GONE', price: null, marketValue: null, unrealizedPnl: null });
    const gone = { ...soldOut, symbol: 'TSLA' };
    expect(toPnl([held(), lost, unpriced, gone], 0)).toEqual({
      positions: [held(), lost, unpriced],
      marketValue: '1510.5',
      unrealizedPnl: '-20.25',
      asOf: '1970-01-01T00:00:00.000Z',
    });
  });
});

describe('changedPositions', () => {
  it('tells of everything that is held to who has heard of nothing', () => {
    expect(changedPositions(new Map(), [held(), { ...soldOut, symbol: 'MSFT' }])).toEqual([held()]);
  });

  it('is silent while only time passes', () => {
    const later = held({ asOf: '2026-01-05T15:00:01.000Z' });
    expect(changedPositions(bySymbol(held()), [later])).toEqual([]);
  });

  it('tells of a new price, and of a fill at the same price', () => {
    const dearer = held({ price: '102.00' });
    expect(changedPositions(bySymbol(held()), [dearer])).toEqual([dearer]);
    const more = held({ quantity: '11' });
    expect(changedPositions(bySymbol(held()), [more])).toEqual([more]);
  });

  it('tells once that a position is sold out', () => {
    expect(changedPositions(bySymbol(held()), [soldOut])).toEqual([soldOut]);
    expect(changedPositions(bySymbol(soldOut), [soldOut])).toEqual([]);
  });
});
