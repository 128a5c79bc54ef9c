import type { RestingOrder } from './book-order.js';
import { restoreBook, snapshotOf, type BookSnapshot } from './book-snapshot.js';
import { MatchingBook } from './matching-book.js';

const resting = (overrides: Partial<RestingOrder>): RestingOrder => ({
  id: 'a',
  owner: 'me',
  side: 'buy',
  price: 10,
  quantity: 5,
  remaining: 3,
  postOnly: false,
  sequence: 1,
  ...overrides,
});

describe('a snapshot', () => {
  it('keeps what is filled, whose turn it is, and where the count stands', () => {
    const book = new MatchingBook();
    book.place({ id: 'b1', owner: 'ann', side: 'buy', quantity: 5, limit: 10 });
    book.place({ id: 'b2', owner: 'ann', side: 'buy', quantity: 5, limit: 10 });
    book.place({ id: 's', owner: 'bob', side: 'sell', quantity: 2, limit: 10 });
    const restored = restoreBook(snapshotOf(book));
    expect(snapshotOf(restored)).toEqual({
      sequence: 4,
      bids: [
        resting({ id: 'b1', owner: 'ann' }),
        resting({ id: 'b2', owner: 'ann', remaining: 5, sequence: 2 }),
      ],
      asks: [],
    });
  });

  it.each<[string, Partial<BookSnapshot>]>([
    ['crossed', { asks: [resting({ id: 'b', side: 'sell', price: 10, sequence: 2 })] }],
    ['with one id twice', { asks: [resting({ side: 'sell', price: 11 })] }],
    ['out of turn', { bids: [resting({ sequence: 2 }), resting({ id: 'b' })] }],
    ['out of order', { bids: [resting({}), resting({ id: 'b', price: 11, sequence: 2 })] }],
    ['with an order on the wrong side', { bids: [resting({ side: 'sell' })] }],
    ['with more left than there was', { bids: [resting({ remaining: 6 })] }],
    ['with nothing left', { bids: [resting({ remaining: 0 })] }],
    ['with half a lot', { bids: [resting({ remaining: 0.5 })] }],
    ['with an order from the future', { bids: [resting({ sequence: 10 })] }],
    ['without a count', { sequence: -1 }],
    [
      'with lots that have no exact sum',
      {
        bids: [
          resting({ quantity: Number.MAX_SAFE_INTEGER, remaining: Number.MAX_SAFE_INTEGER }),
          resting({ id: 'b', sequence: 2 }),
        ],
      },
    ],
  ])('of what no book can have been is refused: %s', (_, wrong) => {
    const snapshot = { sequence: 9, bids: [resting({})], asks: [], ...wrong };
    expect(() => restoreBook(snapshot)).toThrow(
      expect.objectContaining({ code: 'trading.invalid_book_snapshot' }),
    );
  });

  it('of more orders than the book may hold is refused', () => {
    const snapshot = { sequence: 9, bids: [resting({}), resting({ id: 'b', sequence: 2 })] };
    expect(() => restoreBook({ ...snapshot, asks: [] }, { maxOrders: 1 })).toThrow(
      expect.objectContaining({ code: 'trading.invalid_book_snapshot' }),
    );
  });
});
