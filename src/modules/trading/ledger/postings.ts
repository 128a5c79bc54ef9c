import { money, moneyText, type Money } from '../../../kernel/money.js';
import { cashChange, type Fill } from '../execution/position.js';

/**
 * `cash` and `position`: free to use · `reserved`: held back for working orders, cash for buys and shares for sales ·
 * `collateral`: USD that stand behind short positions ·
 * `fees`: paid to the broker · `capital`: where deposits come from · `market`: the other side of every trade.
 */
export const LEDGER_BOOKS = [
  'cash',
  'reserved',
  'collateral',
  'position',
  'fees',
  'capital',
  'market',
] as const;
export type LedgerBook = (typeof LEDGER_BOOKS)[number];

/** One line of an entry: what came into a book, or below zero went out of it. */
export interface Posting {
  readonly book: LedgerBook;
  /** Whose shares; null for USD. */
  readonly symbol: string | null;
  readonly amount: Money;
}

/** What an order holds back until it trades or ends. */
export interface Holding {
  /** USD, of a buy. */
  readonly cash: Money;
  /** Shares, of a sale. */
  readonly shares: Money;
  /** Whose shares, where they are not those of what is traded: they cover a written call. */
  readonly symbol?: string;
  /** The part of `cash` that is for fees. */
  readonly fees?: Money;
}

export interface TradePosting extends Fill {
  readonly symbol: string;
  /** USD, of a purchase and of a sale alike. */
  readonly fee: Money;
  /** Of what the order held back, what it no longer needs: what a sale trades is part of it. */
  readonly released: Holding;
  /** USD that begin to stand behind a short position with it; below zero they do no longer. */
  readonly collateral?: Money;
}

/** Cash that comes into the account; below zero it leaves. */
export function transfer(amount: Money): Posting[] {
  return lines([usd('cash', amount), usd('capital', amount.negated())]);
}

export function hold(traded: string, { cash, shares, symbol = traded }: Holding): Posting[] {
  return lines([
    usd('cash', cash.negated()),
    usd('reserved', cash),
    { book: 'position', symbol, amount: shares.negated() },
    { book: 'reserved', symbol, amount: shares },
  ]);
}

export function release(traded: string, holding: Holding): Posting[] {
  const { cash, shares } = holding;
  return hold(traded, { ...holding, cash: cash.negated(), shares: shares.negated() });
}

/** USD that begin to stand behind a short position; below zero they do no longer. */
export function pledge(amount: Money): Posting[] {
  return lines([usd('cash', amount.negated()), usd('collateral', amount)]);
}

/** A fill: cash against shares, the fee to the broker, and what the order held back for it is free again. */
export function trade({
  symbol,
  fee,
  released,
  collateral = money(0),
  ...fill
}: TradePosting): Posting[] {
  // Rounded once, before it is added: both sides of the trade then move the same.
  const got = asStored(cashChange(fill));
  const gained = fill.side === 'buy' ? fill.quantity : fill.quantity.negated();
  return lines([
    usd('reserved', released.cash.negated()),
    usd('cash', released.cash.plus(got).minus(fee).minus(collateral)),
    usd('collateral', collateral),
    usd('fees', fee),
    usd('market', got.negated()),
    { book: 'reserved', symbol, amount: released.shares.negated() },
    { book: 'position', symbol, amount: released.shares.plus(gained) },
    { book: 'market', symbol, amount: gained.negated() },
  ]);
}

/** The sums that are not zero, by currency or symbol: an entry that has one makes something out of nothing. */
export function imbalances(postings: readonly Posting[]): Map<string | null, Money> {
  const sums = new Map<string | null, Money>();
  for (const { symbol, amount } of postings) {
    sums.set(symbol, (sums.get(symbol) ?? money(0)).plus(amount));
  }
  return new Map([...sums].filter(([, sum]) => !sum.isZero()));
}

function usd(book: LedgerBook, amount: Money): Posting {
  return { book, symbol: null, amount };
}

/** As the database keeps them, without those that move nothing. */
export function lines(postings: readonly Posting[]): Posting[] {
  return postings
    .map((posting) => ({ ...posting, amount: asStored(posting.amount) }))
    .filter(({ amount }) => !amount.isZero());
}

function asStored(amount: Money): Money {
  return money(moneyText(amount));
}
