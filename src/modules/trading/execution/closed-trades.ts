import { money, moneyText, type Money } from '../../../kernel/money.js';
import { applyFill, closes, type Fill, type Position } from './position.js';

/** A trade that closed something, and what that won or lost against the average cost. */
export interface ClosedTrade {
  /** Of the execution. */
  readonly id: string;
  readonly orderId: string;
  readonly symbol: string;
  readonly quantity: Money;
  /** USD a share, that it traded at. */
  readonly price: Money;
  /** USD a share, that had been paid on average; of written contracts, got. */
  readonly averageCost: Money;
  /** USD. */
  readonly realizedPnl: Money;
  readonly executedAt: Date;
}

export interface ReplayedFill extends Fill {
  readonly id: string;
  readonly orderId: string;
  readonly symbol: string;
  readonly executedAt: Date;
}

/** The position as the database keeps it: each figure rounded to what its column holds. */
export function asStored({ quantity, averageCost, realizedPnl }: Position): Position {
  return {
    quantity: money(moneyText(quantity)),
    averageCost: money(moneyText(averageCost)),
    realizedPnl: money(moneyText(realizedPnl)),
  };
}

/**
 * Takes the next fill of an account, in order: by the same rule and rounding that made the stored positions,
 * so that the closed trades of a symbol add up to its realised profit exactly.
 * @returns the position after it, and the trade that it closed, if it closes something.
 */
export function replayFill(
  before: Position,
  fill: ReplayedFill,
): { readonly position: Position; readonly closed: ClosedTrade | undefined } {
  const position = asStored(applyFill(before, fill));
  if (!closes(before, fill.side)) return { position, closed: undefined };
  const { id, orderId, symbol, quantity, price, executedAt } = fill;
  const { averageCost } = before;
  const realizedPnl = position.realizedPnl.minus(before.realizedPnl);
  return {
    position,
    closed: { id, orderId, symbol, quantity, price, averageCost, realizedPnl, executedAt },
  };
}
