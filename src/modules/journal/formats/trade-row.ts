import type { Money } from '../../../kernel/money.js';

export const TRADE_SIDES = ['buy', 'sell'] as const;
export type TradeSide = (typeof TRADE_SIDES)[number];

/**
 * Sides of the journal's trades. Files tell of shares that are held; of our own executions it is known which open a short
 * position, and which close one.
 */
export const JOURNAL_SIDES = [...TRADE_SIDES, 'sell_to_open', 'buy_to_close'] as const;
export type JournalSide = (typeof JOURNAL_SIDES)[number];

export const IMPORT_FORMATS = ['generic', 'schwab', 'trading212'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** Where a trade in the journal comes from: a file, or an execution of our own. */
export const TRADE_SOURCES = [...IMPORT_FORMATS, 'bourse'] as const;

/** A trade as a line of a file tells it. */
export interface ParsedTrade {
  /** The broker's own id of the trade, where the file has one. */
  readonly brokerTradeId: string | undefined;
  /** Upper case. */
  readonly symbol: string;
  readonly side: TradeSide;
  /** Above zero. */
  readonly quantity: Money;
  /** Per unit, in `currency`; zero or more. */
  readonly price: Money;
  /** Zero or more, in `feeCurrency`. */
  readonly fee: Money;
  readonly feeCurrency: string;
  /** As the broker writes it: `USD`, `GBX` (pence). Nothing is converted. */
  readonly currency: string;
  readonly executedAt: Date;
}

/** What a line came to. */
export type RowOutcome =
  | { readonly kind: 'trade'; readonly trade: ParsedTrade }
  /** Not a trade; `reason` is what the file calls it. */
  | { readonly kind: 'skipped'; readonly reason: string }
  /** `column` as the header spells it; null when the line as a whole is wrong. */
  | { readonly kind: 'error'; readonly column: string | null; readonly message: string };

/** Reads the cells of one line, trimmed and in the order of the header. */
export type RowReader = (cells: readonly string[]) => RowOutcome;

/** A cell that cannot be read; the readers turn it into the outcome of its line. */
export class CellError extends Error {
  constructor(
    readonly column: string,
    message: string,
  ) {
    super(message);
  }
}

/** The outcome of `read`, with a {@link CellError} as the line's. */
export function outcomeOf(read: () => RowOutcome): RowOutcome {
  try {
    return read();
  } catch (error) {
    if (error instanceof CellError) {
      return { kind: 'error', column: error.column, message: error.message };
    }
    throw error;
  }
}
