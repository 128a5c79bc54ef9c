import { money } from '../../../kernel/money.js';
import { unrealizedPnl } from './position.js';

describe('unrealizedPnl', () => {
  it('is what selling everything now would win', () => {
    const position = { quantity: money(10), costBasis: money(1_000) };
    expect(unrealizedPnl(position, money('101.5')).toFixed()).toBe('15');
  });
});
