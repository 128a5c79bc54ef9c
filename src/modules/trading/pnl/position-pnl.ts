import { money, moneyText, sumOf } from '../../../kernel/money.js';
import type { ValuedPosition } from '../trading.dto.js';
import type { PositionPnl } from './pnl.dto.js';

/** Adds up what is held. @param positions of one account; what is sold out is left out. */
export function toPnl(positions: readonly ValuedPosition[], asOfMs: number): PositionPnl {
  const held = positions.filter(isHeld);
  return {
    positions: held,
    marketValue: moneyText(sumOf(held.map(({ marketValue }) => marketValue ?? 0))),
    unrealizedPnl: moneyText(sumOf(held.map(({ unrealizedPnl }) => unrealizedPnl ?? 0))),
    asOf: new Date(asOfMs).toISOString(),
  };
}

/**
 * The positions that say something else than when they were sent last; the time of the quote alone is
 * no news. What is sold out is sent once more, if it was sent before.
 */
export function changedPositions(
  sent: ReadonlyMap<string, ValuedPosition>,
  positions: readonly ValuedPosition[],
): ValuedPosition[] {
  return positions.filter((position) => {
    const before = sent.get(position.symbol);
    return before === undefined ? isHeld(position) : !isSame(before, position);
  });
}

function isHeld({ quantity }: ValuedPosition): boolean {
  return !money(quantity).isZero();
}

function isSame(one: ValuedPosition, other: ValuedPosition): boolean {
  return (
    one.quantity === other.quantity &&
    one.averageCost === other.averageCost &&
    one.price === other.price &&
    one.realizedPnl === other.realizedPnl
  );
}
