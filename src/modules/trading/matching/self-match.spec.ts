import { bookOf, order, trades, type Terms } from '../../../../test/support/book-orders.js';
import type { SelfMatchPolicy } from './book-order.js';

describe('an order that meets one of its owner', () => {
  const asks = [
    order('other', 'sell', 1, 100),
    order('own', 'sell', 2, 100, { owner: 'me' }),
    order('last', 'sell', 4, 101),
  ];
  const meet = (selfMatch: SelfMatchPolicy, terms: Terms = {}, quantity = 5) => {
    const book = bookOf(asks, selfMatch);
    const answer = book.place(order('mine', 'buy', quantity, 101, { owner: 'me', ...terms }));
    return { answer, left: [...book.resting('sell'), ...book.resting('buy')].map(({ id }) => id) };
  };

  it('trades with it where that is allowed', () => {
    const { answer } = meet('allow');
    expect(trades(answer)).toEqual([
      ['other', 1, 100],
      ['own', 2, 100],
      ['last', 2, 101],
    ]);
  });

  it('is refused before anything trades', () => {
    const { answer, left } = meet('refuse');
    expect(answer).toMatchObject({ status: 'refused', reason: 'self_match', fills: [] });
    expect(left).toEqual(['other', 'own', 'last']);
  });

  it('is taken when it is filled before it gets there', () => {
    expect(meet('refuse', {}, 1).answer.status).toBe('filled');
  });

  it('loses its remainder as the newest', () => {
    const { answer, left } = meet('cancel-newest');
    expect(answer).toMatchObject({ status: 'cancelled', reason: 'self_match', remaining: 4 });
    expect(trades(answer)).toEqual([['other', 1, 100]]);
    expect(left).toEqual(['own', 'last']);
  });

  it('cancels the oldest and goes on', () => {
    const { answer, left } = meet('cancel-oldest');
    expect(answer).toMatchObject({ status: 'filled', selfCancelled: [{ id: 'own' }] });
    expect(trades(answer)).toEqual([
      ['other', 1, 100],
      ['last', 4, 101],
    ]);
    expect(left).toEqual([]);
  });

  it('cancels both', () => {
    const { answer, left } = meet('cancel-both');
    expect(answer).toMatchObject({ status: 'cancelled', selfCancelled: [{ id: 'own' }] });
    expect(left).toEqual(['last']);
  });

  it.each([
    ['cancel-oldest', 5, 'filled'],
    ['cancel-oldest', 6, 'refused'],
    ['cancel-newest', 1, 'filled'],
    ['cancel-newest', 2, 'refused'],
    ['allow', 7, 'filled'],
  ] as const)('is not filled by it as fill-or-kill: %s, %i lots: %s', (policy, lots, status) => {
    expect(meet(policy, { timeInForce: 'fok' }, lots).answer.status).toBe(status);
  });
});
