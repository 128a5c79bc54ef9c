import fc from 'fast-check';
import { atLeast } from '../../../../test/support/property-runs.js';
import { applyCommand, type BookAnswer, type BookCommand } from './book-commands.js';
import { SELF_MATCH_POLICIES, type NewBookOrder, type SelfMatchPolicy } from './book-order.js';
import { restoreBook, snapshotOf } from './book-snapshot.js';
import { MatchingBook } from './matching-book.js';

interface NaiveOrder {
  id: string;
  owner: string;
  side: 'buy' | 'sell';
  price: number;
  quantity: number;
  remaining: number;
  postOnly: boolean;
  turn: number;
}

/** The rules read literally: one list, sorted anew for every question. */
class NaiveBook {
  orders: NaiveOrder[] = [];
  #turn = 0;

  constructor(readonly policy: SelfMatchPolicy) {}

  apply(command: BookCommand): unknown {
    if (command.do === 'place') return this.#place(command.order);
    const found = this.orders.find(({ id }) => id === command.id);
    if (found === undefined) return undefined;
    if (command.do === 'cancel') {
      this.#remove(found);
      return ['cancelled', found.id, found.remaining];
    }
    const price = command.price ?? found.price;
    const quantity = command.quantity ?? found.quantity;
    const remaining = quantity - (found.quantity - found.remaining);
    if (remaining <= 0) return ['refused', found.remaining, [], []];
    if (price === found.price && quantity <= found.quantity) {
      Object.assign(found, { quantity, remaining });
      return ['resting', remaining, [], []];
    }
    const { id, owner, side, postOnly } = found;
    const changed = { id, owner, side, quantity, limit: price, postOnly };
    if (this.#isRefused(changed, remaining)) return ['refused', found.remaining, [], []];
    this.#remove(found);
    return this.#match(changed, remaining);
  }

  side(side: 'buy' | 'sell'): NaiveOrder[] {
    const sign = side === 'buy' ? -1 : 1;
    return this.orders
      .filter((order) => order.side === side)
      .sort((one, other) => sign * (one.price - other.price) || one.turn - other.turn);
  }

  #place(order: NewBookOrder): unknown {
    if (this.#isRefused(order, order.quantity)) return ['refused', order.quantity, [], []];
    return this.#match(order, order.quantity);
  }

  #within({ side, limit }: NewBookOrder): NaiveOrder[] {
    const makers = this.side(side === 'buy' ? 'sell' : 'buy');
    if (limit === undefined) return makers;
    return makers.filter(({ price }) => (side === 'buy' ? price <= limit : price >= limit));
  }

  #isRefused(order: NewBookOrder, wanted: number): boolean {
    const makers = this.#within(order);
    if (order.postOnly && makers.length > 0) return true;
    // Lot by lot, so that it is another way of counting.
    const lots = makers.flatMap(({ owner, remaining }) => Array<string>(remaining).fill(owner));
    const isOwn = (owner: string) => owner === order.owner;
    if (this.policy === 'refuse' && lots.slice(0, wanted).some(isOwn)) return true;
    if (order.timeInForce !== 'fok') return false;
    if (this.policy === 'allow') return lots.length < wanted;
    const own = lots.findIndex(isOwn);
    if (this.policy === 'cancel-oldest')
      return lots.filter((owner) => !isOwn(owner)).length < wanted;
    return (own < 0 ? lots.length : own) < wanted;
  }

  #match(order: NewBookOrder, wanted: number): unknown {
    let remaining = wanted;
    const turn = ++this.#turn;
    const trades: unknown[] = [];
    const cancelled: string[] = [];
    let status = 'open';
    for (const maker of this.#within(order)) {
      if (remaining === 0 || status === 'cancelled') break;
      if (this.policy !== 'allow' && maker.owner === order.owner) {
        if (this.policy !== 'cancel-newest') {
          this.#remove(maker);
          cancelled.push(maker.id);
        }
        if (this.policy !== 'cancel-oldest') status = 'cancelled';
        continue;
      }
      const quantity = Math.min(remaining, maker.remaining);
      remaining -= quantity;
      maker.remaining -= quantity;
      if (maker.remaining === 0) this.#remove(maker);
      trades.push([maker.id, order.id, maker.price, quantity, maker.remaining]);
    }
    const { id, owner, side, quantity, limit, postOnly = false } = order;
    if (remaining === 0) status = 'filled';
    else if (status === 'open') {
      const rests = limit !== undefined && (order.timeInForce ?? 'gtc') === 'gtc';
      status = rests ? 'resting' : 'cancelled';
      if (rests)
        this.orders.push({ id, owner, side, price: limit, quantity, remaining, postOnly, turn });
    }
    return [status, remaining, trades, cancelled];
  }

  #remove(order: NaiveOrder): void {
    this.orders = this.orders.filter((other) => other !== order);
  }
}

/** The answer without numbers that the naive book does not count. */
function told(answer: BookAnswer): unknown {
  if (answer === undefined) return undefined;
  if (!('fills' in answer)) return ['cancelled', answer.id, answer.remaining];
  const trades = answer.fills.map((fill) => [
    fill.maker,
    fill.taker,
    fill.price,
    fill.quantity,
    fill.makerRemaining,
  ]);
  return [answer.status, answer.remaining, trades, answer.selfCancelled.map(({ id }) => id)];
}

/** Prices close together and few owners: orders meet all the time. */
const price = fc.integer({ min: 95, max: 105 });
const quantity = fc.integer({ min: 1, max: 12 });
/** Which of the orders that were placed so far. */
const pick = fc.nat({ max: 1_000 });

const placing = fc.record({
  side: fc.constantFrom('buy' as const, 'sell' as const),
  owner: fc.constantFrom('ann', 'bob', 'cid'),
  quantity,
  limit: fc.option(price, { nil: undefined, freq: 8 }),
  timeInForce: fc.constantFrom('gtc' as const, 'gtc' as const, 'gtc' as const, 'ioc', 'fok'),
  postOnly: fc.boolean(),
});

const step = fc.oneof(
  { weight: 6, arbitrary: placing.map((terms) => ({ do: 'place' as const, terms })) },
  { weight: 2, arbitrary: pick.map((which) => ({ do: 'cancel' as const, which })) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('replace' as const),
      which: pick,
      price: fc.option(price, { nil: undefined }),
      quantity: fc.option(quantity, { nil: undefined }),
    }),
  },
);

const commands = fc.array(step, { minLength: 1, maxLength: 300, size: 'max' }).map((steps) => {
  let placed = 0;
  return steps.map((one): BookCommand => {
    if (one.do !== 'place') {
      const id = `order-${one.which % (placed + 1)}`;
      if (one.do === 'cancel') return { do: 'cancel', id };
      const change = { ...(one.price && { price: one.price }) };
      return { do: 'replace', id, ...change, ...(one.quantity && { quantity: one.quantity }) };
    }
    placed += 1;
    const { postOnly, limit, timeInForce, ...terms } = one.terms;
    const mayRest = limit !== undefined && timeInForce === 'gtc';
    const order = { id: `order-${placed}`, ...terms, limit, timeInForce };
    return { do: 'place', order: { ...order, postOnly: postOnly && mayRest } };
  });
});
const policy = fc.constantFrom(...SELF_MATCH_POLICIES);
/** 120 histories of up to 300 steps. */
const RUNS = atLeast(60);

describe('the book, whatever happens', () => {
  it('answers as the rules do when they are read literally, and holds the same orders', () => {
    fc.assert(
      fc.property(policy, commands, (selfMatch, history) => {
        const book = new MatchingBook({ selfMatch });
        const naive = new NaiveBook(selfMatch);
        for (const command of history) {
          expect(told(applyCommand(book, command))).toEqual(naive.apply(command));
          for (const side of ['buy', 'sell'] as const)
            expect(book.resting(side).map(({ id, remaining }) => [id, remaining])).toEqual(
              naive.side(side).map(({ id, remaining }) => [id, remaining]),
            );
        }
      }),
      RUNS,
    );
  });

  it('is never crossed, and its depth is the sum of its orders', () => {
    fc.assert(
      fc.property(policy, commands, (selfMatch, history) => {
        const book = new MatchingBook({ selfMatch });
        for (const command of history) {
          applyCommand(book, command);
          const [bid, ask] = [book.bestBid(), book.bestAsk()];
          if (bid && ask) expect(bid.price).toBeLessThan(ask.price);
          const { bids, asks } = book.depth();
          expect(bids).toEqual(levelsOf(book, 'buy'));
          expect(asks).toEqual(levelsOf(book, 'sell'));
        }
      }),
      RUNS,
    );
  });

  it('loses no lot and makes none: what came is filled, cancelled or waits', () => {
    fc.assert(
      fc.property(policy, commands, (selfMatch, history) => {
        const book = new MatchingBook({ selfMatch });
        let [came, gone, filled] = [0, 0, 0];
        for (const command of history) {
          const before = 'id' in command ? book.find(command.id) : undefined;
          const answer = applyCommand(book, command);
          if (answer === undefined) continue;
          if (!('fills' in answer)) {
            gone += answer.remaining;
            continue;
          }
          if (answer.status === 'refused') continue;
          const traded = answer.fills.reduce((sum, fill) => sum + fill.quantity, 0);
          filled += 2 * traded;
          came += traded + answer.remaining - (before?.remaining ?? 0);
          if (answer.status === 'cancelled') gone += answer.remaining;
          for (const { remaining } of answer.selfCancelled) gone += remaining;
        }
        const waiting = [...book.resting('buy'), ...book.resting('sell')];
        expect(came).toBe(gone + filled + waiting.reduce((sum, order) => sum + order.remaining, 0));
      }),
      RUNS,
    );
  });

  it('numbers its events without a gap, and never trades at a worse price than a limit', () => {
    fc.assert(
      fc.property(policy, commands, (selfMatch, history) => {
        const book = new MatchingBook({ selfMatch });
        for (const command of history) {
          const last = book.sequence;
          const answer = applyCommand(book, command);
          if (answer === undefined || !('fills' in answer) || answer.status === 'refused') continue;
          expect(answer.sequence).toBe(last + 1);
          expect(answer.fills.map(({ sequence }) => sequence)).toEqual(
            answer.fills.map((_, index) => last + 2 + index),
          );
          const limit = command.do === 'place' ? command.order.limit : undefined;
          for (const { price, takerSide } of answer.fills)
            if (limit !== undefined)
              expect(takerSide === 'buy' ? price <= limit : price >= limit).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it('answers the same to the same log, also when it was stored and restored on the way', () => {
    fc.assert(
      fc.property(policy, commands, fc.nat(), (selfMatch, history, at) => {
        const whole = new MatchingBook({ selfMatch });
        let stored = new MatchingBook({ selfMatch });
        for (const [index, command] of history.entries()) {
          if (index === at % history.length) {
            const text = JSON.stringify(snapshotOf(stored));
            stored = restoreBook(JSON.parse(text), { selfMatch });
          }
          expect(applyCommand(stored, command)).toEqual(applyCommand(whole, command));
        }
        expect(snapshotOf(stored)).toEqual(snapshotOf(whole));
      }),
      RUNS,
    );
  });
});

function levelsOf(book: MatchingBook, side: 'buy' | 'sell') {
  const levels = new Map<number, { price: number; quantity: number; orders: number }>();
  for (const { price, remaining } of book.resting(side)) {
    const level = levels.get(price) ?? { price, quantity: 0, orders: 0 };
    levels.set(price, {
      price,
      quantity: level.quantity + remaining,
      orders: level.orders + 1,
    });
  }
  return [...levels.values()];
}
