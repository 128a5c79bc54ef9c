import type { PromptContext } from './models/language-model.js';
import { promptHash } from './prompt-hash.js';

const context = (cash: string, quantity: string, price: string): PromptContext => ({
  portfolio: {
    currency: 'USD',
    cash,
    positionsValue: price,
    equity: price,
    contributed: '100000',
    unrealizedPnl: '0',
    realizedPnl: '0',
    totalReturn: '0',
    positions: [
      {
        symbol: 'AAPL',
        quantity,
        averageCost: '100.00',
        price,
        marketValue: price,
        unrealizedPnl: '0',
        realizedPnl: '0',
        asOf: '2026-01-05T15:00:00.000Z',
      },
    ],
    unpriced: [],
    asOf: '2026-01-05T15:00:00.000Z',
  },
  quotes: [],
});
const before = context('900', '1', '100.00');
const hash = (model: string, prompt: string, told: PromptContext) =>
  promptHash(model, prompt, told);

describe('the hash of a question', () => {
  it('is the same while only prices move', () => {
    expect(hash('m', 'p', context('900.00', '1', '105.00'))).toBe(hash('m', 'p', before));
    expect(hash('m', 'p', before)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is another for another model, prompt, holding, cash or visibility', () => {
    const hashes = [
      hash('m', 'p', before),
      hash('n', 'p', before),
      hash('m', 'q', before),
      hash('m', 'p', context('900', '2', '100.00')),
      hash('m', 'p', context('800', '1', '100.00')),
      hash('m', 'p', { ...before, portfolio: undefined }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('does not confuse where one part ends and the next begins', () => {
    expect(hash('ab', 'c', before)).not.toBe(hash('a', 'bc', before));
  });
});
