import type { OptionKind } from '../options/black-scholes.js';

export type AssetClass = 'equity' | 'etf' | 'option' | 'other';

/** What an option contract gives the right to. */
export interface OptionContract {
  /** Symbol of the instrument that can be bought or sold by it. */
  readonly underlying: string;
  /** `2027-12-17`, in New York. */
  readonly expiry: string;
  /** The close of that day's session: the contract ends with it. */
  readonly expiresAtMs: number;
  readonly right: OptionKind;
  /** USD a unit of the underlying, plain digits. */
  readonly strike: string;
}

/** Something that has a price. */
export interface Instrument {
  /** Upper case, 1–12 characters of `A–Z 0–9 . -`; of a contract 16–21, see `parseOccSymbol`. */
  readonly symbol: string;
  readonly name: string;
  readonly currency: 'USD';
  readonly assetClass: AssetClass;
  /** Whether parts of a unit can be ordered. */
  readonly fractionable: boolean;
  /** Whether it can be borrowed, and so sold by who does not hold it. Contracts are written instead. */
  readonly shortable: boolean;
  /** Of an option, and of nothing else. One unit of it is one unit of the underlying under contract. */
  readonly option?: OptionContract;
}

export type QuoteSource = 'simulated' | 'replay';

/** The best prices of one symbol at one tick. Prices and sizes are decimals in text, in USD and units. */
export interface Quote {
  readonly symbol: string;
  /** What a seller gets; above zero and below `ask`. Of a contract that is worth nothing zero, with the size 0. */
  readonly bid: string;
  /** What a buyer pays. */
  readonly ask: string;
  /** The last trade: never outside bid and ask. */
  readonly last: string;
  readonly bidSize?: string;
  readonly askSize?: string;
  /** Last price of the day (simulated, UTC days) or the bar (replay) before; absent on a first bar. */
  readonly previousClose?: string;
  /** ISO 8601, UTC: the tick that made these prices. */
  readonly asOf: string;
  readonly source: QuoteSource;
  /** Replay: the date that the file gives for the bar being played. */
  readonly barDate?: string;
}

/** What the outside writes as a symbol, in either case: of a listed instrument 12 characters at most, of a contract 21. */
export const SYMBOL_PATTERN = /^[A-Za-z0-9.-]{1,21}$/;
export const LISTED_SYMBOL_PATTERN = /^[A-Za-z0-9.-]{1,12}$/;

/** The one spelling of a symbol that instruments, caches and channels use. */
export function normaliseSymbol(symbol: string): string {
  return symbol.trim().toUpperCase();
}

/** The start of the tick that `atMs` lies in: the time that all processes quote for. */
export function tickStartMs(atMs: number, tickMs: number): number {
  return Math.floor(atMs / tickMs) * tickMs;
}

/** Whether two quotes of a symbol say the same, apart from the time they say it at. */
export function isSamePrice(one: Quote, other: Quote): boolean {
  return (
    one.bid === other.bid &&
    one.ask === other.ask &&
    one.last === other.last &&
    one.bidSize === other.bidSize &&
    one.askSize === other.askSize &&
    one.previousClose === other.previousClose
  );
}
