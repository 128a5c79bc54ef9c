import { money, moneyText } from '../../../kernel/money.js';

/** What an account was at the close of a session. Amounts in USD, decimals in text. */
export interface Closing {
  readonly cash: string;
  readonly positionsValue: string;
  readonly equity: string;
  /** Cash put in since the opening of the account, less what was taken out; the starting cash included. */
  readonly contributed: string;
  /** That closing lots has won since the opening of the account. */
  readonly realizedPnl: string;
  /** That trades have cost since the opening of the account, beside their prices. */
  readonly feesPaid: string;
}

/** What became of an account between two closings. `openingEquity + netContributed + profit = closingEquity`. */
export interface Movement {
  readonly openingEquity: string;
  readonly closingEquity: string;
  /** Deposits less withdrawals. */
  readonly netContributed: string;
  /** Fees and the change in what is held included. */
  readonly profit: string;
  /** Of the profit, what closing lots has won. */
  readonly realizedPnl: string;
  /** Of the profit, what trades have cost beside their prices; not below zero. */
  readonly fees: string;
}

/** Before the first closing: the account was opened with its starting cash. */
export function openingOf(startingCash: string): Closing {
  return {
    cash: startingCash,
    positionsValue: '0',
    equity: startingCash,
    contributed: startingCash,
    realizedPnl: '0',
    feesPaid: '0',
  };
}

/** Exact: no figure is rounded, so that statements add up over any number of days. */
export function movementBetween(before: Closing, after: Closing): Movement {
  const between = (figure: keyof Closing) => money(after[figure]).minus(before[figure]);
  const netContributed = between('contributed');
  return {
    openingEquity: before.equity,
    closingEquity: after.equity,
    netContributed: moneyText(netContributed),
    profit: moneyText(between('equity').minus(netContributed)),
    realizedPnl: moneyText(between('realizedPnl')),
    fees: moneyText(between('feesPaid')),
  };
}

/** Whether there is anything to tell: of an account in which nothing has moved, a closing says what the last one said. */
export function hasMoved(before: Closing, after: Closing): boolean {
  const figures = Object.keys(after) as (keyof Closing)[];
  return figures.some((figure) => !money(before[figure]).eq(after[figure]));
}
