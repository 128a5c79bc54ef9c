import { money, sumOf, type Money } from '../../../../kernel/money.js';
import type { Quote } from '../../../market-data/index.js';
import { hasExpired } from '../../orders/time-in-force.js';
import { executionStep, quotedSize, type FillStep, type WorkingOrder } from '../execution-step.js';
import { byPriceAndTime } from './book-order.js';
import { feeOfFill } from './fees.js';
import type { PaperModel } from './paper-model.js';

/** An order of any account, as it was accepted. */
export interface PaperOrder extends Omit<WorkingOrder, 'filledQuantity' | 'lastFillQuoteAsOf'> {
  readonly symbol: string;
  readonly expiresAt: Date | null;
}

export interface PaperFill extends FillStep {
  readonly orderId: string;
  /** USD. */
  readonly fee: Money;
  /** The tick. */
  readonly asOf: string;
}

export interface PaperOutcome {
  readonly fills: readonly PaperFill[];
  /** How the orders ended, by id; those that do not stand here work still. */
  readonly ends: ReadonlyMap<string, 'filled' | 'cancelled' | 'expired'>;
}

interface Working extends PaperOrder {
  filledQuantity: Money;
  notional: Money;
  fees: Money;
  lastFillQuoteAsOf: Date | null;
}

/**
 * What paper trading makes of orders and a log of ticks, all in memory: the rule that the database follows, order by order
 * and tick by tick, as one pure function. It asks no account whether it can pay. An order meets the first tick after it was
 * accepted; the quoted size of a tick is shared out by price, then by time.
 * @param ticks in the order of their times
 */
export function playTicks(
  paper: PaperModel,
  orders: readonly PaperOrder[],
  ticks: readonly Quote[],
): PaperOutcome {
  const fills: PaperFill[] = [];
  const ends = new Map<string, 'filled' | 'cancelled' | 'expired'>();
  const book = orders.map(toWorking).sort((one, other) => byPriceAndTime(one, other));
  for (const quote of ticks) {
    const tickMs = Date.parse(quote.asOf);
    const taken = { buy: money(0), sell: money(0) };
    for (const order of book) {
      const { side } = order.terms;
      if (order.symbol !== quote.symbol || ends.has(order.id)) continue;
      if (order.acceptedAt.getTime() > tickMs) continue;
      if (hasExpired(order.expiresAt, tickMs)) {
        ends.set(order.id, 'expired');
        continue;
      }
      const unclaimed = quotedSize(quote, order.terms)?.minus(taken[side]);
      const step = executionStep(order, quote, { paper, nowMs: tickMs, unclaimed });
      if (step.kind === 'fill') {
        taken[side] = taken[side].plus(step.fill.quantity);
        fills.push({ ...step, ...trade(paper, order, step, quote) });
      }
      const isOver = step.kind === 'end' || (step.kind === 'fill' && step.endsRest);
      if (isOver) ends.set(order.id, 'cancelled');
      else if (step.kind === 'fill' && step.isLast) ends.set(order.id, 'filled');
    }
  }
  return { fills, ends };
}

function toWorking(order: PaperOrder): Working {
  const none = { filledQuantity: money(0), notional: money(0), fees: money(0) };
  return { ...order, ...none, lastFillQuoteAsOf: null };
}

function trade({ fees }: PaperModel, order: Working, { fill }: FillStep, { asOf }: Quote) {
  order.filledQuantity = order.filledQuantity.plus(fill.quantity);
  order.notional = order.notional.plus(fill.quantity.times(fill.price));
  order.lastFillQuoteAsOf = new Date(asOf);
  const { filledQuantity: quantity, notional } = order;
  const fee = feeOfFill(fees, { side: fill.side, quantity, notional }, order.fees);
  order.fees = sumOf([order.fees, fee]);
  return { orderId: order.id, fee, asOf };
}
