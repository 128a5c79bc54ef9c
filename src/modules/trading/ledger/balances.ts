import { money, sumOf, type Money } from '../../../kernel/money.js';
import type { LedgerBook, Posting } from './postings.js';

/** Shares of a symbol. */
export interface ShareBalance {
  /** Held, free and reserved together. */
  readonly quantity: Money;
  readonly reserved: Money;
}

/** What the books of an account hold: the sum of its postings. */
export class Balances {
  /** By symbol (null: USD), then by book. */
  readonly #sums = new Map<string | null, Map<LedgerBook, Money>>();

  constructor(postings: Iterable<Posting> = []) {
    for (const posting of postings) this.add(posting);
  }

  add({ book, symbol, amount }: Posting): void {
    const books = this.#sums.get(symbol) ?? new Map<LedgerBook, Money>();
    books.set(book, (books.get(book) ?? money(0)).plus(amount));
    this.#sums.set(symbol, books);
  }

  /** USD, free, reserved and pledged together. */
  get cash(): Money {
    return sumOf([this.availableCash, this.reservedCash, this.collateral]);
  }

  /** USD that working orders hold back. */
  get reservedCash(): Money {
    return this.#of('reserved', null);
  }

  /** USD that stand behind short positions. */
  get collateral(): Money {
    return this.#of('collateral', null);
  }

  /** USD that nothing holds back. */
  get availableCash(): Money {
    return this.#of('cash', null);
  }

  /** USD that was ever put in, less what was taken out. */
  get contributed(): Money {
    return this.#of('capital', null).negated();
  }

  /** USD that trades have cost, beside their prices. */
  get feesPaid(): Money {
    return this.#of('fees', null);
  }

  /** Every symbol that was ever posted. */
  shares(): Map<string, ShareBalance> {
    const shares = new Map<string, ShareBalance>();
    for (const symbol of this.#sums.keys()) {
      if (symbol === null) continue;
      shares.set(symbol, this.sharesOf(symbol));
    }
    return shares;
  }

  sharesOf(symbol: string): ShareBalance {
    const reserved = this.#of('reserved', symbol);
    return { quantity: this.#of('position', symbol).plus(reserved), reserved };
  }

  #of(book: LedgerBook, symbol: string | null): Money {
    return this.#sums.get(symbol)?.get(book) ?? money(0);
  }
}
