import { money, moneyText, sumOf, type Money } from '../../../kernel/money.js';
import type { OrderSide } from '../orders/order.js';

/** Which lots a trade closes first, where it names none: those that were opened first, or last. */
export const LOT_METHODS = ['fifo', 'lifo'] as const;
export type LotMethod = (typeof LOT_METHODS)[number];

/** How a lot came to be closed: by its account's method, named by the order, or as a fraction that was paid out in cash. */
export const CLOSING_METHODS = [...LOT_METHODS, 'specific', 'cash_in_lieu'] as const;
export type ClosingMethod = (typeof CLOSING_METHODS)[number];

/** What is left of the shares that one execution brought. */
export interface Lot {
  /** Of the execution that opened it. */
  readonly id: string;
  /** Shares; below zero they were sold short. */
  readonly quantity: Money;
  /** USD that all of it cost, fees included; below zero what a short sale brought. */
  readonly cost: Money;
}

/** Shares of a lot that an order names. */
export interface NamedLot {
  readonly id: string;
  /** Shares, above zero. */
  readonly quantity: string;
}

/** A trade, as far as lots depend on it. */
export interface LotTrade {
  readonly side: OrderSide;
  /** Shares. */
  readonly quantity: Money;
  /** USD that the account's cash changes by, as it is posted: below zero it is paid. Fees are part of it. */
  readonly cash: Money;
}

/** A part of a lot that a trade closes. USD; always `realized` = `proceeds` − `cost`. */
export interface Closure {
  readonly lotId: string;
  readonly method: ClosingMethod;
  /** Shares, above zero. */
  readonly quantity: Money;
  readonly proceeds: Money;
  readonly cost: Money;
  readonly realized: Money;
}

export interface LotChange {
  /** In the order in which they were closed. */
  readonly closures: readonly Closure[];
  /** What is left of the lots that were closed, all of it or in part. */
  readonly changed: readonly Lot[];
  /** The rest of the trade, which no lot stood against; undefined when nothing is left. */
  readonly opened: Omit<Lot, 'id'> | undefined;
}

/**
 * What a trade does to the lots of its symbol: it closes those that stand against it, named ones first, and opens one
 * with what is left of it. Cash is shared out by shares and rounded as the database keeps it, the last part getting
 * the rest: the parts of a trade sum to its cash, and those of a lot to its cost, exactly.
 * @param lots the open ones of the symbol, the oldest first; when only some are given, enough to cover the trade
 * @param named a lot that is not open any more is passed over; what it was to cover goes by `method`
 */
export function tradeLots(
  lots: readonly Lot[],
  trade: LotTrade,
  method: LotMethod,
  named: readonly NamedLot[] = [],
): LotChange {
  const state = new Map(lots.map((lot) => [lot.id, lot]));
  const changedIds = new Set<string>();
  const closures: Closure[] = [];
  let { quantity: left, cash } = trade;
  const close = (lotId: string, wanted: Money, how: ClosingMethod): void => {
    const lot = state.get(lotId);
    if (!lot || !standsAgainst(lot, trade.side)) return;
    const quantity = least(lot.quantity.abs(), wanted, left);
    if (quantity.lte(0)) return;
    const got = shareOf(cash, quantity, left);
    const cost = shareOf(lot.cost, quantity, lot.quantity.abs());
    const realized = got.minus(cost);
    closures.push({
      lotId,
      method: how,
      quantity,
      // Of a short lot the sale came first: what it brought is the proceeds, what is paid now the cost.
      ...(lot.quantity.gt(0)
        ? { proceeds: got, cost }
        : { proceeds: cost.negated(), cost: got.negated() }),
      realized,
    });
    state.set(lotId, {
      id: lotId,
      quantity: lot.quantity.gt(0) ? lot.quantity.minus(quantity) : lot.quantity.plus(quantity),
      cost: lot.cost.minus(cost),
    });
    changedIds.add(lotId);
    left = left.minus(quantity);
    cash = cash.minus(got);
  };
  for (const { id, quantity } of named) close(id, money(quantity), 'specific');
  for (const { id } of method === 'fifo' ? lots : [...lots].reverse()) close(id, left, method);
  const signed = trade.side === 'buy' ? left : left.negated();
  return {
    closures,
    changed: [...changedIds].map((id) => state.get(id) as Lot),
    opened: left.isZero() ? undefined : { quantity: signed, cost: cash.negated() },
  };
}

/** Whether a trade of this side closes the lot, and does not add to what it stands for. */
export function standsAgainst({ quantity }: Pick<Lot, 'quantity'>, side: OrderSide): boolean {
  return side === 'sell' ? quantity.gt(0) : quantity.lt(0);
}

/** `part / whole` of `total`, rounded as the database keeps it; all of it when nothing is left of the whole. */
export function shareOf(total: Money, part: Money, whole: Money): Money {
  if (part.eq(whole)) return total;
  return money(moneyText(total.times(part).div(whole)));
}

/**
 * The part of an order's named lots that a fill is to close: its list, after what has traded of it before.
 * @param filledBefore shares of the order that have traded before the fill
 */
export function namedForFill(
  named: readonly NamedLot[],
  filledBefore: Money,
  quantity: Money,
): NamedLot[] {
  const wanted: NamedLot[] = [];
  let skip = filledBefore;
  let left = quantity;
  for (const { id, quantity: text } of named) {
    const skipped = least(skip, money(text));
    skip = skip.minus(skipped);
    const taken = least(money(text).minus(skipped), left);
    left = left.minus(taken);
    if (taken.gt(0)) wanted.push({ id, quantity: moneyText(taken) });
  }
  return wanted;
}

/** The position that lots make: shares, and USD that they cost. */
export function totalOf(lots: readonly Pick<Lot, 'quantity' | 'cost'>[]): Omit<Lot, 'id'> {
  return {
    quantity: sumOf(lots.map(({ quantity }) => quantity)),
    cost: sumOf(lots.map(({ cost }) => cost)),
  };
}

/** USD a share; 0 when there is none. */
export function costPerShare({ quantity, cost }: Omit<Lot, 'id'>): Money {
  return quantity.isZero() ? money(0) : cost.div(quantity);
}

function least(first: Money, ...others: readonly Money[]): Money {
  return others.reduce((one, other) => (other.lt(one) ? other : one), first);
}
