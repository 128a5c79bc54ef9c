import { money, Money } from '../../../kernel/money.js';
import type { Quote } from '../../market-data/index.js';
import { matchPrice, type OrderTerms } from '../orders/order.js';
import type { TransitionReason } from '../orders/order-transitions.table.js';
import { remainderOf, type TimeInForce } from '../orders/time-in-force.js';
import { sharesFor, type Budget } from './notional-size.js';
import { arrivedUntil, isStale, type FillReason, type PaperModel } from './paper/paper-model.js';
import { slippedPrice } from './paper/slippage.js';
import type { Fill } from './position.js';

/** A working order, as far as its next step depends on it. */
export interface WorkingOrder {
  readonly id: string;
  /** What is drawn for it is drawn by this: the same whenever it is placed again, in whatever account. */
  readonly drawKey: string;
  readonly acceptedAt: Date;
  readonly terms: OrderTerms;
  readonly timeInForce: TimeInForce;
  /** Shares. */
  readonly filledQuantity: Money;
  /** Of an order by notional: how many shares are left of it, each quote decides anew. */
  readonly budget?: Budget;
  /** The tick that it last traded on. */
  readonly lastFillQuoteAsOf: Date | null;
}

/** Under which an order meets a quote. */
export interface MarketConditions {
  readonly paper: PaperModel;
  readonly nowMs: number;
  /** Shares of the quoted size that others have left for it; undefined: all of them. */
  readonly unclaimed?: Money | undefined;
}

/** What a quote makes of a working order. */
export type ExecutionStep =
  | { readonly kind: 'wait'; readonly reason: TransitionReason }
  | { readonly kind: 'end'; readonly status: 'cancelled'; readonly reason: TransitionReason }
  | FillStep;

export interface FillStep {
  readonly kind: 'fill';
  readonly fill: Fill;
  readonly why: FillReason;
  /** None of the order is left. */
  readonly isLast: boolean;
  /** What is left is not to wait. */
  readonly endsRest: boolean;
  /** Of an order by notional: its shares, those that have traded and those that are left with this quote. */
  readonly orderQuantity?: Money;
}

/**
 * The next step by a quote. An order takes from a tick at most what it offers on its side, and of each tick once;
 * the rest is for the ticks after it. A quote that names no sizes offers any quantity. The same order, quote and
 * conditions make the same step.
 */
export function executionStep(
  order: WorkingOrder,
  quote: Quote,
  { paper, nowMs, unclaimed }: MarketConditions,
): ExecutionStep {
  const { terms, timeInForce, filledQuantity, lastFillQuoteAsOf } = order;
  const tickMs = Date.parse(quote.asOf);
  const arrived = arrivedUntil(paper, quote);
  if (arrived && order.acceptedAt > arrived) return { kind: 'wait', reason: 'on_its_way' };
  const endsRest = remainderOf(timeInForce) === 'is cancelled';
  const nothing = (reason: TransitionReason): ExecutionStep =>
    endsRest ? { kind: 'end', status: 'cancelled', reason } : { kind: 'wait', reason };
  if (isStale(paper, tickMs, nowMs)) return nothing('stale_quote');
  const quoted = matchPrice(terms, { bid: money(quote.bid), ask: money(quote.ask) });
  if (quoted === undefined) return nothing(endsRest ? 'not_filled_at_once' : 'waiting');
  const left = order.budget
    ? sharesFor(order.budget, quoted)
    : terms.quantity.minus(filledQuantity);
  if (left.isZero()) return { kind: 'end', status: 'cancelled', reason: 'notional_spent' };
  const size = quotedSize(quote, terms);
  const isUsed = lastFillQuoteAsOf !== null && tickMs <= lastFillQuoteAsOf.getTime();
  const offered = isUsed ? money(0) : Money.min(left, size ?? left, unclaimed ?? left);
  if (offered.isZero() || (timeInForce === 'fok' && !offered.eq(left))) {
    return nothing(endsRest ? 'not_filled_at_once' : 'waiting');
  }
  const priceOf = (quantity: Money): Money =>
    slippedPrice(paper.slippage, {
      side: terms.side,
      quoted,
      limitPrice: terms.limitPrice,
      shareOfSize: size === undefined ? money(0) : quantity.div(size),
      drawnBy: [paper.seed, order.drawKey, quote.asOf],
    });
  const taken = withinBudget(order, offered, priceOf(offered));
  if (taken.isZero()) return { kind: 'end', status: 'cancelled', reason: 'notional_spent' };
  const price = taken.eq(offered) ? priceOf(offered) : priceOf(taken);
  // What a worse price than the quoted one takes off is not left to trade either.
  const isWhole = !taken.eq(offered) || taken.eq(left);
  return {
    kind: 'fill',
    fill: { side: terms.side, quantity: taken, price },
    why: { rule: terms.type, slippage: price.minus(quoted).abs() },
    isLast: isWhole,
    endsRest: endsRest && !isWhole,
    ...(order.budget && { orderQuantity: filledQuantity.plus(isWhole ? taken : left) }),
  };
}

/** As many of the shares as a purchase by notional can pay at its price; fewer slip less, so the price of those is no worse. */
function withinBudget({ terms, budget }: WorkingOrder, shares: Money, price: Money): Money {
  if (!budget || terms.side === 'sell') return shares;
  return Money.min(shares, sharesFor(budget, price));
}

/** What the quote offers to the order, shares; undefined where it names no sizes. */
export function quotedSize(
  { bidSize, askSize }: Quote,
  { side }: Pick<OrderTerms, 'side'>,
): Money | undefined {
  const size = side === 'buy' ? askSize : bidSize;
  return size === undefined ? undefined : money(size);
}
