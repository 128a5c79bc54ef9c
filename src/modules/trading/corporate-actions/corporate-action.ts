import { money, moneyText, type Money } from '../../../kernel/money.js';
import { totalOf, tradeLots, type Closure, type Lot } from '../execution/lots.js';
import { lines, type Posting } from '../ledger/postings.js';

export const CORPORATE_ACTION_KINDS = ['split', 'dividend', 'symbol_change'] as const;
export type CorporateActionKind = (typeof CORPORATE_ACTION_KINDS)[number];

/** What becomes of fractions of a share that a split leaves: paid out, or kept as far as they can be traded. */
export const FRACTION_RULES = ['cash', 'keep'] as const;
export type FractionRule = (typeof FRACTION_RULES)[number];

/** The smallest part of a share that an order can name, in decimal places. */
const TRADABLE_PLACES = 6;

export type CorporateAction =
  | {
      readonly kind: 'split';
      readonly symbol: string;
      /** Out of so many shares … */
      readonly from: number;
      /** … come so many. */
      readonly to: number;
      readonly fractions: FractionRule;
      /** USD for a whole new share, by which fractions are paid. */
      readonly cashInLieuPrice: Money;
    }
  /** USD for each share held; who is short pays it. */
  | { readonly kind: 'dividend'; readonly symbol: string; readonly cashPerShare: Money }
  | { readonly kind: 'symbol_change'; readonly symbol: string; readonly newSymbol: string };

/** What an action does to the open lots of an account. Working orders hold nothing back by then. */
export interface ActionEffect {
  /** They sum to zero for USD and each symbol; none when nothing moves. */
  readonly postings: readonly Posting[];
  /** The lots that are another size now; of a symbol change all, unchanged but for the symbol. */
  readonly changed: readonly Lot[];
  /** Fractions that were paid out. */
  readonly closures: readonly Closure[];
}

/** @param lots the open ones of the symbol, the oldest first */
export function effectOf(action: CorporateAction, lots: readonly Lot[]): ActionEffect {
  const { quantity } = totalOf(lots);
  const { symbol } = action;
  if (action.kind === 'split') return split(action, lots);
  if (action.kind === 'dividend') {
    const cash = asStored(quantity.times(action.cashPerShare));
    return { postings: moved(symbol, money(0), cash), changed: [], closures: [] };
  }
  const postings = [
    ...moved(symbol, quantity.negated(), money(0)),
    ...moved(action.newSymbol, quantity, money(0)),
  ];
  return { postings, changed: lots, closures: [] };
}

type Split = Extract<CorporateAction, { kind: 'split' }>;

function split(action: Split, lots: readonly Lot[]): ActionEffect {
  const { symbol, from, to, fractions, cashInLieuPrice } = action;
  const { quantity: before } = totalOf(lots);
  const scaled = (quantity: Money) => asStored(quantity.times(to).div(from));
  const after = scaled(before);
  if (after.isZero()) {
    // Less than can be written down: all of it is a fraction, and closed in shares of before.
    const cash = asStored(before.times(to).div(from).times(cashInLieuPrice));
    const { changed, closures } = payOut(lots, before, cash);
    return { postings: moved(symbol, before.negated(), cash), changed, closures };
  }
  const resized = resize(lots, scaled);
  const kept = after.toDecimalPlaces(fractions === 'cash' ? 0 : TRADABLE_PLACES, ROUND_TO_ZERO);
  const fraction = after.minus(kept);
  const cash = asStored(fraction.times(cashInLieuPrice));
  const open = resized.filter(({ quantity }) => !quantity.isZero());
  const { changed, closures } = payOut(open, fraction, cash);
  const left = new Map(changed.map((lot) => [lot.id, lot]));
  return {
    postings: moved(symbol, kept.minus(before), cash),
    changed: resized.map((lot) => left.get(lot.id) ?? lot),
    closures,
  };
}

/**
 * Each lot in new shares, at the cost that it had; together exactly the whole in new shares. One that is too small to be written down
 * goes into its neighbour.
 */
function resize(lots: readonly Lot[], scaled: (quantity: Money) => Money): Lot[] {
  let [seen, given, carried] = [money(0), money(0), money(0)];
  const resized = lots.map(({ id, quantity, cost }): Lot => {
    seen = seen.plus(quantity);
    const share = scaled(seen).minus(given);
    given = given.plus(share);
    if (share.isZero()) {
      carried = carried.plus(cost);
      return { id, quantity: share, cost: money(0) };
    }
    const whole = cost.plus(carried);
    carried = money(0);
    return { id, quantity: share, cost: whole };
  });
  const last = resized.findLastIndex(({ quantity }) => !quantity.isZero());
  return resized.map((lot, at) => (at === last ? { ...lot, cost: lot.cost.plus(carried) } : lot));
}

/** @param fraction shares, below zero of a short position. @param cash that it brings */
function payOut(lots: readonly Lot[], fraction: Money, cash: Money) {
  if (fraction.isZero()) return { changed: [], closures: [] };
  const side = fraction.gt(0) ? ('sell' as const) : ('buy' as const);
  const { changed, closures } = tradeLots(lots, { side, quantity: fraction.abs(), cash }, 'fifo');
  return {
    changed,
    closures: closures.map((closure) => ({ ...closure, method: 'cash_in_lieu' as const })),
  };
}

/** Shares and USD that come into the account; below zero they leave it. */
function moved(symbol: string, shares: Money, cash: Money): Posting[] {
  return lines([
    { book: 'position', symbol, amount: shares },
    { book: 'market', symbol, amount: shares.negated() },
    { book: 'cash', symbol: null, amount: cash },
    { book: 'market', symbol: null, amount: cash.negated() },
  ]);
}

const ROUND_TO_ZERO = 1;

function asStored(amount: Money): Money {
  return money(moneyText(amount));
}
