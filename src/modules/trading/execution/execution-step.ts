import { money, Money } from '../../../kernel/money.js';
import type { Quote } from '../../market-data/index.js';
import { matchPrice, type OrderTerms } from '../orders/order.js';
import type { TransitionReason } from '../orders/order-transitions.table.js';
import { remainderOf, type TimeInForce } from '../orders/time-in-force.js';
import { isOnItsWay, isStale, type FillReason, type PaperModel } from './paper/paper-model.js';
import { slippedPrice } from './paper/slippage.js';
import type { Fill } from './position.js';

/** A working order, as far as its next step depends on it. */
export interface WorkingOrder {
  readonly id: string;
  readonly acceptedAt: Date;
  readonly terms: OrderTerms;
  readonly timeInForce: TimeInForce;
  /** Shares. */
  readonly filledQuantity: Money;
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
  if (isOnItsWay(paper, order.acceptedAt, tickMs)) return { kind: 'wait', reason: 'on_its_way' };
  const endsRest = remainderOf(timeInForce) === 'is cancelled';
  const nothing = (reason: TransitionReason): ExecutionStep =>
    endsRest ? { kind: 'end', status: 'cancelled', reason } : { kind: 'wait', reason };
  if (isStale(paper, tickMs, nowMs)) return nothing('stale_quote');
  const quoted = matchPrice(terms, { bid: money(quote.bid), ask: money(quote.ask) });
  const left = terms.quantity.minus(filledQuantity);
  const size = quotedSize(quote, terms);
  const isUsed = lastFillQuoteAsOf !== null && tickMs <= lastFillQuoteAsOf.getTime();
  const taken = isUsed ? money(0) : Money.min(left, size ?? left, unclaimed ?? left);
  const isWhole = taken.eq(left);
  if (quoted === undefined || taken.isZero() || (timeInForce === 'fok' && !isWhole)) {
    return nothing(endsRest ? 'not_filled_at_once' : 'waiting');
  }
  const price = slippedPrice(paper.slippage, {
    side: terms.side,
    quoted,
    limitPrice: terms.limitPrice,
    shareOfSize: size === undefined ? money(0) : taken.div(size),
    drawnBy: [paper.seed, order.id, quote.asOf],
  });
  return {
    kind: 'fill',
    fill: { side: terms.side, quantity: taken, price },
    why: { rule: terms.type, slippage: price.minus(quoted).abs() },
    isLast: isWhole,
    endsRest: endsRest && !isWhole,
  };
}

/** What the quote offers to the order, shares; undefined where it names no sizes. */
export function quotedSize(
  { bidSize, askSize }: Quote,
  { side }: Pick<OrderTerms, 'side'>,
): Money | undefined {
  const size = side === 'buy' ? askSize : bidSize;
  return size === undefined ? undefined : money(size);
}
