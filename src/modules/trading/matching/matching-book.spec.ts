import { bookOf, order, trades } from '../../../../test/support/book-orders.js';
import { MatchingBook } from './matching-book.js';

describe('a limit order', () => {
  it('rests where nobody trades with it, and shows in the depth', () => {
    const book = bookOf([
      order('b1', 'buy', 5, 99),
      order('b2', 'buy', 7, 98),
      order('b3', 'buy', 1, 99),
      order('a1', 'sell', 4, 101),
    ]);
    expect(book.depth()).toEqual({
      sequence: 4,
      bids: [
        { price: 99, quantity: 6, orders: 2 },
        { price: 98, quantity: 7, orders: 1 },
      ],
      asks: [{ price: 101, quantity: 4, orders: 1 }],
    });
    expect(book.depth(1).bids).toHaveLength(1);
    expect(book.bestBid()).toEqual({ price: 99, quantity: 6, orders: 2 });
    expect(book.bestAsk()?.price).toBe(101);
  });

  it('trades by price, then by time, at the price of who rested', () => {
    const book = bookOf([
      order('late', 'sell', 5, 102),
      order('first', 'sell', 3, 101),
      order('second', 'sell', 3, 101),
    ]);
    const answer = book.place(order('taker', 'buy', 8, 103));
    expect(answer).toEqual({
      sequence: 4,
      status: 'filled',
      reason: undefined,
      remaining: 0,
      selfCancelled: [],
      fills: [
        {
          sequence: 5,
          maker: 'first',
          taker: 'taker',
          takerSide: 'buy',
          price: 101,
          quantity: 3,
          makerRemaining: 0,
        },
        {
          sequence: 6,
          maker: 'second',
          taker: 'taker',
          takerSide: 'buy',
          price: 101,
          quantity: 3,
          makerRemaining: 0,
        },
        {
          sequence: 7,
          maker: 'late',
          taker: 'taker',
          takerSide: 'buy',
          price: 102,
          quantity: 2,
          makerRemaining: 3,
        },
      ],
    });
    expect(book.find('late')).toMatchObject({ quantity: 5, remaining: 3 });
  });

  it('lets its remainder rest at its own price', () => {
    const book = bookOf([order('a', 'sell', 3, 100)]);
    const answer = book.place(order('b', 'buy', 5, 101));
    expect(answer).toMatchObject({ status: 'resting', remaining: 2 });
    expect(book.find('b')).toMatchObject({ price: 101, quantity: 5, remaining: 2 });
  });

  it('that is post-only is refused rather than traded', () => {
    const book = bookOf([order('a', 'sell', 3, 100)]);
    const refused = book.place(order('b', 'buy', 1, 100, { postOnly: true }));
    expect(refused).toMatchObject({ status: 'refused', reason: 'post_only_would_trade' });
    expect(book.size).toBe(1);
    expect(book.place(order('b', 'buy', 1, 99, { postOnly: true })).status).toBe('resting');
  });
});

describe('an order that may not wait', () => {
  const asks = [order('a1', 'sell', 3, 100), order('a2', 'sell', 3, 101)];

  it('takes what there is, and no more, at market', () => {
    const answer = bookOf(asks).place(order('m', 'buy', 10, undefined));
    expect(answer).toMatchObject({
      status: 'cancelled',
      reason: 'unfilled_remainder',
      remaining: 4,
    });
    expect(trades(answer)).toEqual([
      ['a1', 3, 100],
      ['a2', 3, 101],
    ]);
  });

  it('takes what its limit allows as immediate-or-cancel', () => {
    const book = bookOf(asks);
    const answer = book.place(order('i', 'buy', 10, 100, { timeInForce: 'ioc' }));
    expect(answer).toMatchObject({ status: 'cancelled', remaining: 7 });
    expect(trades(answer)).toEqual([['a1', 3, 100]]);
    expect(book.find('i')).toBeUndefined();
  });

  it.each([
    ['one lot too many within its limit', 4, 100, 'refused'],
    ['exactly what its limit allows', 3, 100, 'filled'],
    ['all there is', 6, 101, 'filled'],
    ['more than there is, at market', 7, undefined, 'refused'],
  ] as const)('is filled whole or not at all as fill-or-kill: %s', (_, quantity, at, status) => {
    const book = bookOf(asks);
    const answer = book.place(order('f', 'buy', quantity, at, { timeInForce: 'fok' }));
    expect(answer.status).toBe(status);
    if (status === 'filled') return;
    expect(answer).toMatchObject({ reason: 'not_fillable_in_full', fills: [], sequence: 2 });
    expect(book.depth().asks).toEqual(bookOf(asks).depth().asks);
  });
});

describe('a cancellation', () => {
  it('takes an order out wherever it stands, and leaves the turn of the others', () => {
    const book = bookOf(['a', 'b', 'c', 'd'].map((id) => order(id, 'sell', 1, 100)));
    expect(book.cancel('b')).toMatchObject({ id: 'b', price: 100, remaining: 1 });
    expect(book.cancel('b')).toBeUndefined();
    expect(book.cancel('d')?.id).toBe('d');
    expect(trades(book.place(order('m', 'buy', 2, undefined)))).toEqual([
      ['a', 1, 100],
      ['c', 1, 100],
    ]);
    expect(book.bestAsk()).toBeUndefined();
  });
});

describe('a replacement', () => {
  const bids = [order('b1', 'buy', 4, 99), order('b2', 'buy', 4, 99)];
  const turn = (book: MatchingBook) => book.resting('buy').map(({ id }) => id);

  it('keeps its turn when it only shrinks', () => {
    const book = bookOf(bids);
    expect(book.replace('b1', { quantity: 1 })).toMatchObject({ status: 'resting', remaining: 1 });
    expect(turn(book)).toEqual(['b1', 'b2']);
    expect(book.bestBid()?.quantity).toBe(5);
  });

  it.each([
    ['grows', { quantity: 5 }, ['b2', 'b1']],
    ['moves to a worse price', { price: 98 }, ['b2', 'b1']],
    ['moves to a better price', { price: 100 }, ['b1', 'b2']],
  ])('goes to the end of its price when it %s', (_, change, expected) => {
    const book = bookOf(bids);
    expect(book.replace('b1', change)?.status).toBe('resting');
    expect(turn(book)).toEqual(expected);
  });

  it('loses its turn for good when it moves away and back', () => {
    const book = bookOf(bids);
    book.replace('b1', { price: 98 });
    book.replace('b1', { price: 99 });
    expect(turn(book)).toEqual(['b2', 'b1']);
  });

  it('trades when its new price crosses, without what was filled before', () => {
    const book = bookOf([...bids, order('s', 'sell', 1, 99), order('a', 'sell', 9, 105)]);
    // One of its four lots is filled: of six, five are left.
    const answer = book.replace('b1', { price: 105, quantity: 6 });
    expect(answer).toMatchObject({ status: 'filled', fills: [{ maker: 'a', quantity: 5 }] });
    expect(book.find('b1')).toBeUndefined();
  });

  it('is refused when no more is asked for than is filled, and changes nothing', () => {
    const book = bookOf([...bids, order('s', 'sell', 2, 99)]);
    expect(book.replace('b1', { quantity: 2, price: 50 })).toMatchObject({
      status: 'refused',
      reason: 'quantity_already_filled',
      remaining: 2,
    });
    expect(book.find('b1')).toMatchObject({ price: 99, quantity: 4, remaining: 2 });
  });

  it('of a post-only order that would trade is refused, and leaves it where it is', () => {
    const book = bookOf([order('a', 'sell', 1, 100), order('p', 'buy', 1, 99, { postOnly: true })]);
    expect(book.replace('p', { price: 100 })?.reason).toBe('post_only_would_trade');
    expect(book.find('p')?.price).toBe(99);
  });

  it('of an order that does not rest is none', () => {
    expect(new MatchingBook().replace('nothing', { price: 1 })).toBeUndefined();
  });
});

describe('what the book does not take', () => {
  const good = order('x', 'buy', 1, 1);

  it.each<[string, object]>([
    ['no whole number of lots', { quantity: 1.5 }],
    ['nothing', { quantity: 0 }],
    ['less than nothing', { quantity: -1 }],
    ['more lots than are exact', { quantity: 2 ** 53 }],
    ['no number', { quantity: '1' }],
    ['a price of zero', { limit: 0 }],
    ['no price', { limit: NaN }],
    ['an unknown side', { side: 'hold' }],
    ['an unknown time in force', { timeInForce: 'day' }],
    ['an empty id', { id: '' }],
    ['an id without end', { id: 'x'.repeat(65) }],
    ['no owner', { owner: '' }],
    ['post-only at market', { limit: undefined, postOnly: true }],
    ['post-only that may not rest', { timeInForce: 'ioc', postOnly: true }],
  ])('is %s', (_, wrong) => {
    const book = new MatchingBook();
    expect(() => book.place({ ...good, ...wrong })).toThrow(
      expect.objectContaining({ code: 'trading.invalid_book_order', kind: 'invalid' }),
    );
    expect(book.sequence).toBe(0);
  });

  it('is an id that rests already', () => {
    const book = bookOf([good]);
    expect(() => book.place(good)).toThrow(
      expect.objectContaining({ code: 'trading.duplicate_order_id' }),
    );
  });

  it('is an order more than it has room for; those that never rest still trade', () => {
    const book = new MatchingBook({ maxOrders: 1 });
    book.place(good);
    const full = expect.objectContaining({ code: 'trading.book_full', kind: 'conflict' });
    expect(() => book.place(order('y', 'buy', 1, 1))).toThrow(full);
    expect(book.place(order('z', 'sell', 1, undefined)).status).toBe('filled');
    expect(book.place(order('y', 'buy', 1, 1)).status).toBe('resting');
    expect(book.replace('y', { price: 2 })?.status).toBe('resting');
  });

  it('is a lot more than has an exact sum', () => {
    const book = bookOf([order('x', 'buy', Number.MAX_SAFE_INTEGER - 1, 1)]);
    expect(book.place(order('y', 'buy', 1, 2)).status).toBe('resting');
    const full = expect.objectContaining({ code: 'trading.book_full' });
    expect(() => book.place(order('z', 'buy', 1, 3))).toThrow(full);
    expect(() => book.replace('y', { quantity: 2 })).toThrow(full);
    expect(book.find('y')).toMatchObject({ quantity: 1, price: 2 });
    // The other side has a sum of its own.
    expect(book.place(order('a', 'sell', 5, 10)).status).toBe('resting');
  });
});
