import assert from 'node:assert/strict';
import { money, Money, moneyText, sumOf } from '../../../src/kernel/money.js';
import { takenFrom } from '../../../src/modules/trading/corporate-actions/charge-cover.js';
import { effectOf } from '../../../src/modules/trading/corporate-actions/corporate-action.js';
import { canPay, heldFor } from '../../../src/modules/trading/execution/fill-cover.js';
import type { Lot, LotMethod, NamedLot } from '../../../src/modules/trading/execution/lots.js';
import { sharesFor } from '../../../src/modules/trading/execution/notional-size.js';
import {
  feeOf,
  feeOfFill,
  type FeeSchedule,
} from '../../../src/modules/trading/execution/paper/fees.js';
import { Balances } from '../../../src/modules/trading/ledger/balances.js';
import {
  hold,
  pledge,
  release,
  trade,
  transfer,
  type Holding,
} from '../../../src/modules/trading/ledger/postings.js';
import { collateralOfFill, freedBy } from '../../../src/modules/trading/margin/fill-collateral.js';
import { planMargin } from '../../../src/modules/trading/margin/margin-plan.js';
import { initialMargin } from '../../../src/modules/trading/margin/short-margin.js';
import { stepsAfter } from '../../../src/modules/trading/orders/groups/group-steps.js';
import type { GroupRole } from '../../../src/modules/trading/orders/groups/order-class.js';
import { newOrder, type GroupPlace } from '../../../src/modules/trading/orders/new-order.js';
import { assertOneWay } from '../../../src/modules/trading/orders/one-way.js';
import { isWorking } from '../../../src/modules/trading/orders/order-state.js';
import type { OrderRow } from '../../../src/modules/trading/orders/orders.table.js';
import type { PlaceOrder } from '../../../src/modules/trading/trading.dto.js';
import { toHoldingOrder } from '../../../src/modules/trading/trading.mappers.js';
import type { KeptAccount } from './kept-account.js';
import { AT, PaperBooks } from './paper-books.js';

export const SYMBOLS = ['AAPL', 'MSFT'] as const;

export const FEES: FeeSchedule = {
  perShare: money('0.005'),
  bps: money('1'),
  minimumPerOrder: money('1'),
  sellBps: money('0.5'),
};
const NOTHING: Holding = { cash: money(0), shares: money(0) };

interface LimitOrder {
  readonly side: 'buy' | 'sell';
  readonly symbol: string;
  readonly quantity: Money;
  readonly limit: Money;
  readonly lots?: NamedLot[];
}

/** Its orders, fills and margin by the rules of trading, and the rows that a database would keep of them. */
export class PaperAccount {
  readonly orders: OrderRow[] = [];
  lotMethod: LotMethod = 'fifo';
  readonly #books = new PaperBooks();

  constructor(
    readonly startingCash: string,
    readonly shortSelling = false,
  ) {
    this.#books.post('opening', transfer(money(startingCash)));
  }

  /** @returns false when it does not have the cash */
  transfer(amount: Money): boolean {
    if (this.#books.balances.availableCash.plus(amount).lt(0)) return false;
    this.#books.post(amount.gt(0) ? 'deposit' : 'withdrawal', transfer(amount));
    return true;
  }

  /** @returns undefined when it does not have the cash, or the shares */
  place(order: LimitOrder, group?: GroupPlace): OrderRow | undefined {
    const { side, symbol, quantity, limit, lots } = order;
    const { quantity: held, reserved } = this.#books.balances.sharesOf(symbol);
    const isShortSale = this.shortSelling && side === 'sell' && held.lte(0);
    if (isShortSale && !quantity.isInteger()) return undefined;
    if (this.shortSelling && (side === 'buy' || isShortSale)) {
      try {
        assertOneWay(this.#working(symbol), { side, quantity: moneyText(quantity) }, held);
      } catch {
        return undefined;
      }
    }
    const holding = this.#holdingOf(order, isShortSale);
    if (holding.cash.gt(Money.max(0, this.#books.balances.availableCash))) return undefined;
    if (holding.shares.gt(0) && holding.shares.gt(held.minus(reserved))) return undefined;
    const limitPrice = moneyText(limit);
    const of = { symbol, side, quantity: moneyText(quantity), timeInForce: 'gtc' } as const;
    return this.#accept(
      { ...of, type: 'limit', limitPrice, ...(lots && { lots }) },
      holding,
      group,
    );
  }

  #holdingOf({ side, symbol, quantity, limit }: LimitOrder, isShortSale: boolean): Holding {
    const fees = feeOf(FEES, { side, quantity, notional: limit.times(quantity) });
    if (side === 'sell' && !isShortSale) return { cash: money(0), shares: quantity };
    const required = isShortSale
      ? initialMargin(limit).times(quantity).plus(fees)
      : limit
          .times(quantity)
          .plus(fees)
          .minus(freedBy(this.#books.pledged(symbol), quantity));
    const cash = money(moneyText(Money.max(0, required)));
    return { cash, shares: money(0), fees: Money.min(Money.max(0, required), fees) };
  }

  #accept(request: PlaceOrder, holding: Holding, group?: GroupPlace): OrderRow {
    const order = newOrder(request, {
      accountId: this.#books.accountId,
      replaces: null,
      time: { worksFrom: null, expiresAt: null },
      holding,
      ...(group && { group }),
      at: AT,
    });
    this.orders.push(order);
    this.#hold(order, holding);
    return order;
  }

  #hold({ id: orderId, symbol }: OrderRow, holding: Holding): void {
    const postings = hold(symbol, holding);
    if (postings.length > 0) this.#books.post('hold', postings, { orderId });
  }

  /** An entry and its legs, or the legs alone. */
  placeGroup(
    orderClass: 'bracket' | 'oco' | 'oto',
    { symbol, quantity, limit }: Omit<LimitOrder, 'side' | 'lots'>,
  ): void {
    const isOco = orderClass === 'oco';
    const role = isOco ? 'take_profit' : 'entry';
    const side = isOco ? 'sell' : 'buy';
    const head = this.place({ side, symbol, quantity, limit }, { orderClass, role, isHeld: false });
    if (!head) return;
    const legs: GroupRole[] =
      orderClass === 'bracket' ? ['take_profit', 'stop_loss'] : ['stop_loss'];
    for (const leg of legs) {
      const sale = { symbol, side: 'sell', quantity: head.quantity, timeInForce: 'gtc' } as const;
      const request: PlaceOrder =
        leg === 'stop_loss'
          ? { ...sale, type: 'stop', stopPrice: moneyText(limit.div(2)) }
          : { ...sale, type: 'limit', limitPrice: moneyText(limit.times(2)) };
      this.#accept(request, NOTHING, { orderClass, groupId: head.id, role: leg, isHeld: !isOco });
    }
  }

  trigger(stop: OrderRow): void {
    Object.assign(stop, { status: 'open', touchedAt: AT, triggeredAt: AT });
    this.#follow(stop);
  }

  cancel(order: OrderRow): void {
    this.#release(order, 'cancelled');
    this.#follow(order);
  }

  #release(order: OrderRow, status: 'cancelled' | 'expired'): void {
    const held = { cash: money(order.reservedCash), shares: money(order.reservedQuantity) };
    const postings = release(order.symbol, held);
    if (postings.length > 0) this.#books.post('release', postings, { orderId: order.id });
    const none = { reservedCash: '0', reservedFees: '0', reservedQuantity: '0' };
    Object.assign(order, { status, ...none });
  }

  /** What follows for the others of its group, as the journal of orders stores it. */
  #follow(changed: OrderRow): void {
    if (changed.groupId === null) return;
    const group = this.orders.filter(({ groupId }) => groupId === changed.groupId);
    const { quantity: held, reserved } = this.#books.balances.sharesOf(changed.symbol);
    for (const step of stepsAfter(changed, group, held.minus(reserved))) {
      const { order } = step;
      const { reservedQuantity } = order;
      if (step.kind === 'end') {
        this.#release(order, step.status);
      } else if (step.kind === 'hand over') {
        Object.assign(order, { status: 'cancelled', reservedQuantity: '0' });
        Object.assign(changed, { reservedQuantity });
      } else {
        const quantity = moneyText(step.quantity);
        Object.assign(order, { quantity, placedQuantity: order.placedQuantity ?? order.quantity });
        if (step.kind === 'resize') continue;
        const shares = step.isHolder ? step.quantity : money(0);
        Object.assign(order, { status: 'accepted', reservedQuantity: moneyText(shares) });
        this.#hold(order, { cash: money(0), shares });
      }
    }
  }

  /** Who is short pays it, out of what there is, and goes into debit for the rest. */
  payDividend(symbol: string, cashPerShare: Money): void {
    const action = { kind: 'dividend', symbol, cashPerShare } as const;
    const { postings } = effectOf(action, this.openLots(symbol));
    if (postings.length === 0) return;
    const due = new Balances(postings).cash.negated();
    this.#take(due, [symbol]);
    for (const order of this.#working().reverse()) {
      if (this.#missing(due).lte(0)) break;
      if (money(order.reservedCash).gt(0)) this.cancel(order);
    }
    this.#take(due, SYMBOLS);
    this.#books.apply(action, postings);
  }

  #missing(due: Money): Money {
    return due.minus(this.#books.balances.availableCash);
  }

  #take(due: Money, symbols: readonly string[]): void {
    const pledges = symbols.map((symbol) => ({ ...this.#books.pledged(symbol), symbol }));
    for (const [symbol, amount] of takenFrom(this.#missing(due), pledges)) {
      this.#books.post('margin', pledge(amount.negated()), { symbol });
    }
  }

  /** As the margin check does by these prices. */
  mark(ask: Money): void {
    const shorts = SYMBOLS.filter((one) => this.#books.pledged(one).quantity.lt(0)).map(
      (symbol) => {
        const { quantity, collateral } = this.#books.pledged(symbol);
        return { symbol, shares: quantity.negated(), collateral, ask, isClosing: false };
      },
    );
    const inOrders = sumOf(this.#working().map(({ reservedCash }) => reservedCash));
    let plan = planMargin(shorts, this.#books.balances.availableCash, inOrders);
    if (plan.fromOrders.gt(0)) {
      for (const order of this.#working()) this.cancel(order);
      plan = planMargin(shorts, this.#books.balances.availableCash, money(0));
      assert.deepEqual(plan.closes, []);
    }
    const changes = [...plan.changes].sort(([, one], [, other]) => one.comparedTo(other));
    for (const [symbol, amount] of changes) {
      if (pledge(amount).length > 0) this.#books.post('margin', pledge(amount), { symbol });
    }
    for (const symbol of plan.closes) {
      for (const order of this.#working(symbol)) this.cancel(order);
      const { quantity, collateral } = this.#books.pledged(symbol);
      const usd = Money.max(0, collateral.plus(this.#books.balances.availableCash).minus(1_000));
      const payable = sharesFor({ usd, shares: quantity.abs() }, ask);
      if (payable.isZero()) continue;
      const of = { symbol, side: 'buy', quantity: moneyText(payable), timeInForce: 'gtc' } as const;
      const order = this.#accept({ ...of, type: 'market' }, NOTHING);
      assert.ok(this.fill(order, payable, ask), 'what a margin call buys back is paid');
    }
  }

  /** @returns false when it cannot be paid: nothing has happened then */
  fill(order: OrderRow, wanted: Money, price: Money, evenUnpaid = false): boolean {
    const { side, symbol } = order;
    const left = money(order.quantity).minus(order.filledQuantity);
    const quantity = Money.min(wanted, left);
    const filledNotional = money(order.filledNotional).plus(quantity.times(price));
    const filledQuantity = money(order.filledQuantity).plus(quantity);
    const soFar = { side, quantity: filledQuantity, notional: filledNotional };
    const fee = feeOfFill(FEES, soFar, money(order.fees));
    const fill = { side, quantity, price, fee };
    const released = heldFor(toHoldingOrder(order), fill);
    const before = this.#books.pledged(symbol);
    const isHeld = before.quantity.lte(0) || released.shares.gte(quantity);
    if (side === 'sell' && !isHeld) return false;
    const free = this.#books.balances.availableCash;
    const collateral = collateralOfFill(before, fill, { released: released.cash, free });
    if (!evenUnpaid && !canPay(fill, released, free, collateral)) return false;
    const postings = trade({ ...fill, symbol, released, collateral });
    this.#books.execute(order, fill, postings, this.lotMethod);
    Object.assign(order, {
      status: quantity.eq(left) ? 'filled' : 'partially_filled',
      filledQuantity: moneyText(filledQuantity),
      filledNotional: filledNotional.toFixed(),
      averageFillPrice: moneyText(filledNotional.div(filledQuantity)),
      reservedCash: moneyText(money(order.reservedCash).minus(released.cash)),
      reservedFees: moneyText(money(order.reservedFees).minus(released.fees)),
      fees: moneyText(fee.plus(order.fees)),
      reservedQuantity: moneyText(money(order.reservedQuantity).minus(released.shares)),
    } satisfies Partial<OrderRow>);
    this.#follow(order);
    return true;
  }

  openLots(symbol: string): Lot[] {
    return this.#books.lots.open(symbol);
  }

  #working(symbol?: string): OrderRow[] {
    return this.orders.filter(
      (order) => isWorking(order.status) && (symbol === undefined || order.symbol === symbol),
    );
  }

  kept(): KeptAccount {
    const { shortSelling, startingCash, lotMethod } = this;
    return this.#books.kept({ shortSelling, startingCash, lotMethod }, this.orders);
  }
}
