import type { Quote } from '../quotes/quote.js';
import { marketIndices } from './market-index.js';

const quote = (symbol: string, last: string, previousClose?: string): Quote => ({
  symbol,
  bid: last,
  ask: last,
  last,
  ...(previousClose !== undefined && { previousClose }),
  asOf: '2025-03-14T12:00:00.000Z',
  source: 'simulated',
});
const BASE_AT_MS = Date.UTC(2025, 0, 1);

describe('indices', () => {
  it('weigh all components the same, or by their prices', () => {
    const [equal, price] = marketIndices(
      [
        { quote: quote('A', '110', '100'), basePrice: '100' },
        { quote: quote('B', '5', '10'), basePrice: '10' },
      ],
      BASE_AT_MS,
    );
    // (1.1 + 0.5) / 2 and 115 / 110 of the base.
    expect(equal).toMatchObject({
      value: '800.00',
      previousClose: '1000.00',
      change: '-200',
      changePercent: '-20',
      baseValue: '1000',
      baseAt: '2025-01-01T00:00:00.000Z',
      components: ['A', 'B'],
    });
    expect(price).toMatchObject({ value: '1045.45', change: '45.45', changePercent: '4.545' });
  });

  it('begin at their base value', () => {
    const components = ['12.34', '987'].map((last, i) => ({
      quote: quote(`S${i}`, last),
      basePrice: last,
    }));
    expect(marketIndices(components, BASE_AT_MS).map(({ value }) => value)).toEqual([
      '1000.00',
      '1000.00',
    ]);
  });

  it('tell no change where a component has no close before', () => {
    const [index] = marketIndices(
      [
        { quote: quote('A', '110', '100'), basePrice: '100' },
        { quote: quote('B', '5'), basePrice: '10' },
      ],
      BASE_AT_MS,
    );
    expect(index).toMatchObject({ previousClose: null, change: null, changePercent: null });
  });
});
