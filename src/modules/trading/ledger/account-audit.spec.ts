import fc from 'fast-check';
import { newId } from '../../../kernel/ids.js';
import { money, moneyText, sumOf, type Money } from '../../../kernel/money.js';
import type { AccountRow } from '../accounts/accounts.table.js';
import type { ExecutionRow, PositionRow } from '../execution/executions.table.js';
import { canPay, heldFor } from '../execution/fill-cover.js';
import { asText } from '../execution/lot-ledger.js';
import {
  costPerShare,
  namedForFill,
  totalOf,
  tradeLots,
  type Lot,
  type LotMethod,
  type NamedLot,
} from '../execution/lots.js';
import type { LotClosureRow, PositionLotRow } from '../execution/lots.table.js';
import { feeOf, feeOfFill, type FeeSchedule } from '../execution/paper/fees.js';
import { stepsAfter } from '../orders/groups/group-steps.js';
import type { GroupRole } from '../orders/groups/order-class.js';
import { newOrder, type GroupPlace } from '../orders/new-order.js';
import { isFinal } from '../orders/order-state.js';
import type { OrderRow } from '../orders/orders.table.js';
import { toHoldingOrder } from '../trading.mappers.js';
import { AccountAudit } from './account-audit.js';
import { Balances } from './balances.js';
import type { LedgerEntry } from './ledger.repository.js';
import type { LedgerEntryKind } from './ledger.table.js';
import { hold, release, trade, transfer, type Holding, type Posting } from './postings.js';

const AT = new Date('2026-11-25T15:00:00.000Z');
const SYMBOLS = ['AAPL', 'MSFT'] as const;

interface Kept {
  account: AccountRow;
  entries: LedgerEntry[];
  executions: ExecutionRow[];
  orders: OrderRow[];
  positions: PositionRow[];
  lots: PositionLotRow[];
  closures: LotClosureRow[];
}

const FEES: FeeSchedule = {
  perShare: money('0.005'),
  bps: money('1'),
  minimumPerOrder: money('1'),
  sellBps: money('0.5'),
};
const SLIPPAGE = money('0.0000000003');

/** An account, and what the database would keep of what happens to it. */
class PaperAccount {
  readonly id = newId();
  readonly entries: LedgerEntry[] = [];
  readonly executions: ExecutionRow[] = [];
  readonly orders: OrderRow[] = [];
  readonly #balances = new Balances();
  lotMethod: LotMethod = 'fifo';
  readonly #lots: PositionLotRow[] = [];
  readonly #closures: LotClosureRow[] = [];

  constructor(readonly startingCash: string) {
    this.#post('opening', transfer(money(startingCash)));
  }

  /** @returns false when it does not have the cash */
  transfer(amount: Money): boolean {
    if (this.#balances.availableCash.plus(amount).lt(0)) return false;
    this.#post(amount.gt(0) ? 'deposit' : 'withdrawal', transfer(amount));
    return true;
  }

  /** @returns undefined when it does not have the cash, or the shares */
  place(
    side: 'buy' | 'sell',
    symbol: string,
    quantity: Money,
    limit: Money,
    lots?: NamedLot[],
    group?: GroupPlace,
  ): OrderRow | undefined {
    const { quantity: held, reserved } = this.#balances.sharesOf(symbol);
    const worst = feeOf(FEES, { side, quantity, notional: limit.times(quantity) });
    const holding: Holding =
      side === 'buy'
        ? {
            cash: money(moneyText(limit.times(quantity).plus(worst))),
            shares: money(0),
            fees: worst,
          }
        : { cash: money(0), shares: quantity };
    if (holding.cash.gt(this.#balances.availableCash)) return undefined;
    if (holding.shares.gt(held.minus(reserved))) return undefined;
    const order = newOrder(
      {
        symbol,
        side,
        type: 'limit',
        quantity: moneyText(quantity),
        limitPrice: moneyText(limit),
        timeInForce: 'gtc',
        ...(lots && { lots }),
      },
      {
        accountId: this.id,
        replaces: null,
        time: { worksFrom: null, expiresAt: null },
        holding,
        ...(group && { group }),
        at: AT,
      },
    );
    this.orders.push(order);
    const postings = hold(symbol, holding);
    if (postings.length > 0) this.#post('hold', postings, { orderId: order.id });
    return order;
  }

  /** An entry and its legs, or the legs alone. */
  placeGroup(
    orderClass: 'bracket' | 'oco' | 'oto',
    symbol: string,
    quantity: Money,
    limit: Money,
  ): void {
    const isOco = orderClass === 'oco';
    const role = isOco ? 'take_profit' : 'entry';
    const side = isOco ? 'sell' : 'buy';
    const place = { orderClass, role, isHeld: false } as const;
    const head = this.place(side, symbol, quantity, limit, undefined, place);
    if (!head) return;
    const legs: GroupRole[] =
      orderClass === 'bracket' ? ['take_profit', 'stop_loss'] : ['stop_loss'];
    for (const leg of legs) {
      const sale = { symbol, side: 'sell', quantity: head.quantity, timeInForce: 'gtc' } as const;
      const price = moneyText(leg === 'stop_loss' ? limit.div(2) : limit.times(2));
      this.orders.push(
        newOrder(
          leg === 'stop_loss'
            ? { ...sale, type: 'stop', stopPrice: price }
            : { ...sale, type: 'limit', limitPrice: price },
          {
            accountId: this.id,
            replaces: null,
            time: { worksFrom: null, expiresAt: null },
            holding: { cash: money(0), shares: money(0) },
            group: { orderClass, groupId: head.id, role: leg, isHeld: !isOco },
            at: AT,
          },
        ),
      );
    }
  }

  trigger(stop: OrderRow): void {
    Object.assign(stop, { status: 'open', touchedAt: AT, triggeredAt: AT });
    this.#follow(stop);
  }

  /** What follows for the others of its group, as the journal of orders stores it. */
  #follow(changed: OrderRow): void {
    if (changed.groupId === null) return;
    const group = this.orders.filter(({ groupId }) => groupId === changed.groupId);
    const { quantity: held, reserved } = this.#balances.sharesOf(changed.symbol);
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
        const postings = hold(order.symbol, { cash: money(0), shares });
        if (postings.length > 0) this.#post('hold', postings, { orderId: order.id });
      }
    }
  }

  /** @returns false when it cannot be paid: nothing has happened then */
  fill(order: OrderRow, wanted: Money, price: Money, evenUnpaid = false): boolean {
    const { side, symbol, id: orderId } = order;
    const left = money(order.quantity).minus(order.filledQuantity);
    const quantity = wanted.lt(left) ? wanted : left;
    const isLast = quantity.eq(left);
    const filledNotional = money(order.filledNotional).plus(quantity.times(price));
    const filledQuantity = money(order.filledQuantity).plus(quantity);
    const soFar = { side, quantity: filledQuantity, notional: filledNotional };
    const fee = feeOfFill(FEES, soFar, money(order.fees));
    const fill = { side, quantity, price, fee };
    const released = heldFor(toHoldingOrder(order), fill);
    if (!evenUnpaid && !canPay(fill, released, this.#balances.availableCash)) return false;
    const executionId = newId();
    const postings = trade({ ...fill, symbol, released });
    this.#post('fill', postings, { orderId, executionId });
    this.executions.push({
      id: executionId,
      accountId: this.id,
      orderId,
      symbol,
      side,
      quantity: moneyText(quantity),
      price: moneyText(price),
      quoteAsOf: AT,
      quoteSource: 'simulated',
      fee: moneyText(fee),
      rule: 'limit',
      sequence: this.entries.length,
      slippage: moneyText(SLIPPAGE),
      bid: moneyText(price.plus(SLIPPAGE)),
      ask: moneyText(price.minus(SLIPPAGE)),
      bidSize: null,
      askSize: null,
      executedAt: AT,
    });
    const named = namedForFill(order.namedLots ?? [], money(order.filledQuantity), quantity);
    this.#trade(symbol, executionId, { side, quantity }, new Balances(postings).cash, named);
    Object.assign(order, {
      status: isLast ? 'filled' : 'partially_filled',
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

  #trade(
    symbol: string,
    id: string,
    { side, quantity }: { side: 'buy' | 'sell'; quantity: Money },
    cash: Money,
    named: NamedLot[],
  ): void {
    const seq = this.entries.length;
    const open = this.openLots(symbol);
    const change = tradeLots(open, { side, quantity, cash }, this.lotMethod, named);
    for (const { id: lotId, quantity: left, cost } of change.changed) {
      const row = this.#lots.find((lot) => lot.id === lotId);
      Object.assign(row ?? {}, { quantity: moneyText(left), cost: moneyText(cost) });
    }
    const accountId = this.id;
    if (change.opened) {
      const { quantity: opened, cost } = change.opened;
      this.#lots.push({
        id,
        accountId,
        symbol,
        openedSeq: seq,
        quantity: moneyText(opened),
        cost: moneyText(cost),
        openedAt: AT,
      });
    }
    change.closures.forEach((closure, line) => {
      const of = { accountId, seq, line, symbol, executionId: id, closedAt: AT };
      this.#closures.push({ ...of, ...asText(closure) });
    });
  }

  openLots(symbol: string): Lot[] {
    return this.#lots
      .filter((lot) => lot.symbol === symbol && lot.quantity !== '0')
      .map(({ id, quantity, cost }) => ({ id, quantity: money(quantity), cost: money(cost) }));
  }

  cancel(order: OrderRow): void {
    this.#release(order, 'cancelled');
    this.#follow(order);
  }

  #release(order: OrderRow, status: 'cancelled' | 'expired'): void {
    const held = { cash: money(order.reservedCash), shares: money(order.reservedQuantity) };
    const postings = release(order.symbol, held);
    if (postings.length > 0) this.#post('release', postings, { orderId: order.id });
    const none = { reservedCash: '0', reservedFees: '0', reservedQuantity: '0' };
    Object.assign(order, { status, ...none });
  }

  kept(): Kept {
    const balances = this.#balances;
    return structuredClone({
      account: {
        id: this.id,
        userId: newId(),
        currency: 'USD' as const,
        startingCash: this.startingCash,
        cash: moneyText(balances.cash),
        reservedCash: moneyText(balances.reservedCash),
        collateral: moneyText(balances.collateral),
        contributed: moneyText(balances.contributed),
        feesPaid: moneyText(balances.feesPaid),
        ledgerSeq: this.entries.length,
        lotMethod: this.lotMethod,
        shortSelling: false,
        pendingActions: 0,
        createdAt: AT,
      },
      entries: this.entries,
      executions: this.executions,
      orders: this.orders,
      positions: [...balances.shares()].map(([symbol, { quantity, reserved }]) => {
        const total = totalOf(this.openLots(symbol));
        const realizedPnl = sumOf(
          this.#closures.filter((row) => row.symbol === symbol).map((row) => row.realizedPnl),
        );
        return {
          accountId: this.id,
          symbol,
          quantity: moneyText(quantity),
          reservedQuantity: moneyText(reserved),
          costBasis: moneyText(total.cost),
          collateral: '0',
          averageCost: moneyText(costPerShare(total)),
          realizedPnl: moneyText(realizedPnl),
          updatedAt: AT,
        };
      }),
      lots: this.#lots,
      closures: this.#closures,
    });
  }

  #post(
    kind: LedgerEntryKind,
    postings: readonly Posting[],
    of: { readonly orderId?: string; readonly executionId?: string } = {},
  ): void {
    const id = newId();
    for (const posting of postings) this.#balances.add(posting);
    this.entries.push({
      id,
      accountId: this.id,
      seq: this.entries.length + 1,
      kind,
      orderId: of.orderId ?? null,
      executionId: of.executionId ?? null,
      symbol: null,
      corporateActionId: null,
      clientTransferId: null,
      at: AT,
      postings: postings.map(({ book, symbol, amount }, line) => ({
        entryId: id,
        line,
        book,
        symbol,
        amount: moneyText(amount),
      })),
    });
  }
}

function differencesOf(kept: Kept) {
  const { account, entries, executions, orders, positions, lots, closures } = kept;
  const audit = new AccountAudit();
  for (const entry of entries) audit.addEntry(entry);
  for (const execution of executions) audit.addExecution(execution);
  for (const order of orders) audit.addOrder(order);
  for (const lot of lots) audit.addLot(lot);
  for (const closure of closures) audit.addClosure(closure);
  return audit.finish(account, positions);
}

const shares = fc.integer({ min: 1, max: 500_000_000 }).map((units) => money(units).div(1_000_000));
/** As the quotes of a replay are: eight decimal places, of which products have to be rounded. */
const price = fc
  .integer({ min: 1, max: 2_000_000_000 })
  .map((units) => money(units).div(100_000_000));
const symbol = fc.constantFrom(...SYMBOLS);
const event = fc.oneof(
  fc.record({
    kind: fc.constant('transfer' as const),
    amount: fc.integer({ min: -5_000, max: 5_000 }),
  }),
  fc.record({
    kind: fc.constant('place' as const),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    symbol,
    quantity: shares,
    price,
    named: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('fill' as const),
    which: fc.nat(),
    quantity: shares,
    better: price,
  }),
  fc.record({ kind: fc.constant('cancel' as const), which: fc.nat() }),
  fc.record({
    kind: fc.constant('lots' as const),
    lotMethod: fc.constantFrom('fifo' as const, 'lifo' as const),
  }),
);
const groupEvent = fc.oneof(
  fc.record({
    kind: fc.constant('group' as const),
    orderClass: fc.constantFrom('bracket' as const, 'oco' as const, 'oto' as const),
    symbol,
    quantity: shares,
    price,
  }),
  fc.record({ kind: fc.constant('trigger' as const), which: fc.nat() }),
  { arbitrary: event, weight: 3 },
);
type Event = typeof groupEvent extends fc.Arbitrary<infer T> ? T : never;

function happen(account: PaperAccount, one: Event): void {
  if (one.kind === 'transfer') {
    if (one.amount !== 0) account.transfer(money(one.amount));
    return;
  }
  if (one.kind === 'place') {
    const { side, quantity, named } = one;
    const lots =
      side === 'sell' && named
        ? account
            .openLots(one.symbol)
            .slice(-2)
            .map(({ id, quantity: held }) => ({ id, quantity: moneyText(held) }))
        : [];
    const some = lots.length > 0 ? lots : undefined;
    account.place(side, one.symbol, quantity, one.price, some);
    return;
  }
  if (one.kind === 'lots') {
    account.lotMethod = one.lotMethod;
    return;
  }
  if (one.kind === 'group') {
    account.placeGroup(one.orderClass, one.symbol, one.quantity, one.price);
    return;
  }
  const unfinished = account.orders.filter(({ status }) => !isFinal(status));
  // What is held cannot trade, and what waits for its stop neither.
  const isStop = ({ type, triggeredAt }: OrderRow) => type === 'stop' && triggeredAt === null;
  const those = {
    cancel: () => unfinished,
    trigger: () => unfinished.filter((row) => row.status !== 'held' && isStop(row)),
    fill: () => unfinished.filter((row) => row.status !== 'held' && !isStop(row)),
  }[one.kind]();
  const order = those[one.which % Math.max(1, those.length)];
  if (order === undefined) return;
  if (one.kind === 'trigger') {
    account.trigger(order);
    return;
  }
  if (one.kind === 'cancel') {
    account.cancel(order);
    return;
  }
  // No buy costs more than its limit, no sale gets less.
  const limit = money(order.limitPrice ?? 0);
  const isBetter = order.side === 'buy' ? one.better.lt(limit) : one.better.gt(limit);
  const isPaid = account.fill(order, one.quantity, isBetter ? one.better : limit);
  // What was held back covers each part of a buy, whatever its fee.
  expect(isPaid || order.side === 'sell').toBe(true);
}

/** Whatever happened, a group has sold no more than was for it, and nobody waits for an entry that is over. */
function expectGroupsToKeepTheirPromise(orders: readonly OrderRow[]): void {
  for (const head of orders.filter(({ id, groupId }) => id === groupId)) {
    const legs = orders.filter((row) => row.groupId === head.id && row.groupRole !== 'entry');
    const most = head.groupRole === 'entry' ? head.filledQuantity : head.quantity;
    expect(sumOf(legs.map((leg) => leg.filledQuantity)).lte(most)).toBe(true);
    expect(legs.some(({ status }) => status === 'held')).toBe(
      head.groupRole === 'entry' && !isFinal(head.status),
    );
    const reserved = sumOf(legs.map((leg) => leg.reservedQuantity));
    for (const { status, quantity, filledQuantity } of legs) {
      if (isFinal(status) || status === 'held') continue;
      expect(reserved.eq(money(quantity).minus(filledQuantity))).toBe(true);
    }
  }
}

describe('the audit of an account', () => {
  it('finds nothing wrong with any history of transfers, orders, fills in part and cancellations', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 60 }), (history) => {
        const account = new PaperAccount('10000');
        for (const one of history) happen(account, one);
        const kept = account.kept();
        expect(differencesOf(kept)).toEqual([]);
        for (const { quantity, filledQuantity } of kept.orders) {
          expect(money(filledQuantity).lte(quantity)).toBe(true);
        }
        for (const { id, side, filledQuantity, filledNotional, fees } of kept.orders) {
          const traded = { side, quantity: money(filledQuantity), notional: money(filledNotional) };
          expect(money(fees).eq(feeOf(FEES, traded))).toBe(true);
          const parts = kept.executions.filter(({ orderId }) => orderId === id);
          expect(sumOf(parts.map(({ fee }) => fee)).eq(fees)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('nor with one of groups: what their legs sell and hold back is what was bought, once, wherever it ends', () => {
    const history = fc.array(groupEvent, { minLength: 20, maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(history, (events) => {
        const account = new PaperAccount('10000000');
        for (const one of events) {
          happen(account, one);
          expectGroupsToKeepTheirPromise(account.orders);
        }
        expect(differencesOf(account.kept())).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  /** Everything that there is: a buy that traded in two parts, a sale in part, a cancelled order, a waiting one. */
  function busyAccount(): Kept {
    const account = new PaperAccount('10000');
    account.transfer(money('500'));
    const place = (side: 'buy' | 'sell', quantity: string, limit: string) => {
      const order = account.place(side, 'AAPL', money(quantity), money(limit));
      if (!order) throw new Error('not accepted');
      return order;
    };
    const bought = place('buy', '20', '100');
    account.fill(bought, money('5'), money('99'));
    account.fill(bought, money('15'), money('98'));
    const sold = place('sell', '10', '101');
    account.fill(sold, money('4'), money('102'));
    account.cancel(place('buy', '1', '50'));
    place('buy', '3', '90');
    return account.kept();
  }

  it('knows the figures of a busy account', () => {
    const { account, positions, closures } = busyAccount();
    // Fees: 1 + 0 for the buy (20 × 0.005 + 1 bp of 1,965 are less), 1.03 for the sale (1 + 0.5 bps of 408 = 0.0204, rounded up).
    // 10,500 − 5 × 99 − 15 × 98 + 4 × 102 − 2.03; held back: 3 × 90 + 1
    expect(account).toMatchObject({
      cash: '8940.97',
      reservedCash: '271',
      contributed: '10500',
      feesPaid: '2.03',
    });
    // First in, first out: four of the five at 99, and of the fee of 1. 408 − 1.03 − 4/5 × (495 + 1) = 10.17;
    // (1/5 × 496 + 15 × 98) / 16 = 98.075
    expect(positions).toMatchObject([
      { quantity: '16', reservedQuantity: '6', averageCost: '98.075', realizedPnl: '10.17' },
    ]);
    expect(closures).toMatchObject([{ quantity: '4', proceeds: '406.97', cost: '396.8' }]);
    expect(differencesOf(busyAccount())).toEqual([]);
  });

  const cent = '0.01';
  const add = (text: string) => moneyText(money(text).plus(cent));
  type Change = (kept: Kept) => unknown;
  const first = <Row>(rows: readonly Row[], at = 0): Row => {
    const row = rows[at];
    if (row === undefined) throw new Error('no such row');
    return row;
  };
  it.each<[string, Change, RegExp]>([
    ['cash', ({ account }) => (account.cash = add(account.cash)), /^cash$/],
    [
      'cash held back',
      ({ account }) => (account.reservedCash = add(account.reservedCash)),
      /^reservedCash$/,
    ],
    [
      'what was put in',
      ({ account }) => (account.contributed = add(account.contributed)),
      /^contributed$/,
    ],
    ['the fees', ({ account }) => (account.feesPaid = add(account.feesPaid)), /^feesPaid$/],
    ['the number of entries', ({ account }) => (account.ledgerSeq += 1), /^ledgerSeq$/],
    [
      'a position',
      ({ positions }) => (first(positions).quantity = '17'),
      /^positions\.AAPL\.quantity$/,
    ],
    [
      'shares held back',
      ({ positions }) => (first(positions).reservedQuantity = '5'),
      /^positions\.AAPL\.reservedQuantity$/,
    ],
    [
      'an average cost',
      ({ positions }) => (first(positions).averageCost = '98.07'),
      /^positions\.AAPL\.averageCost$/,
    ],
    [
      'a realised profit',
      ({ positions }) => (first(positions).realizedPnl = '15.01'),
      /^positions\.AAPL\.realizedPnl$/,
    ],
    [
      'what the lots cost',
      ({ positions }) => (first(positions).costBasis = '1569.01'),
      /^positions\.AAPL\.costBasis$/,
    ],
    ['the rest of a lot', ({ lots }) => (first(lots).quantity = '2'), /^lots\..+\.quantity$/],
    ['the cost of a lot', ({ lots }) => (first(lots).cost = '99.01'), /^lots\..+\.cost$/],
    ['a lost lot', ({ lots }) => lots.shift(), /^lots\..+\.quantity$/],
    ['a lost closure', ({ closures }) => closures.pop(), /^closures\.\d+\.count$/],
    [
      'the lot that was closed',
      ({ closures, lots }) => (first(closures).lotId = first(lots, 1).id),
      /^closures\.\d+\.0\.lotId$/,
    ],
    [
      'what a closure won',
      ({ closures }) => (first(closures).realizedPnl = '12.01'),
      /^closures\.\d+\.0\.realizedPnl$/,
    ],
    [
      'a closure of a lot that no order named',
      ({ closures }) => (first(closures).method = 'specific'),
      /^closures\.\d+\..+\.method$/,
    ],
    ['a lost position', ({ positions }) => positions.pop(), /^positions\.AAPL\.quantity$/],
    ['a lost entry', ({ entries }) => entries.splice(3, 1), /^entries\.5\.seq$/],
    [
      'an entry that does not balance',
      ({ entries }) => (first(first(entries).postings).amount = '10000.01'),
      /^entries\.1\.USD$/,
    ],
    ['a lost execution', ({ executions }) => executions.pop(), /^executions\..+$/],
    [
      'the price of an execution',
      ({ executions }) => (first(executions).price = '99.01'),
      /^executions\..+\.cash$/,
    ],
    [
      'the fee of an execution',
      ({ executions }) => (first(executions).fee = '0.99'),
      /^executions\..+\.cash$/,
    ],
    [
      'the number of an execution',
      ({ executions }) => (first(executions).sequence += 1),
      /^executions\..+\.sequence$/,
    ],
    [
      'the quote of an execution',
      ({ executions }) => (first(executions).ask = '99.01'),
      /^executions\..+\.price$/,
    ],
    [
      'the slippage of an execution',
      ({ executions }) => (first(executions).slippage = '0'),
      /^executions\..+\.price$/,
    ],
    ['the fees of an order', ({ orders }) => (first(orders).fees = '0.99'), /^orders\..+\.fees$/],
    [
      'more for fees than an order holds back',
      ({ orders }) => (first(orders, 3).reservedFees = '272'),
      /^orders\..+\.reservedCash$/,
    ],
    ['a lost order', ({ orders }) => orders.shift(), /^orders\..+$/],
    [
      'what an order has traded',
      ({ orders }) => (first(orders).filledQuantity = '19'),
      /^orders\..+\.filledQuantity$/,
    ],
    [
      'what it traded for',
      ({ orders }) => (first(orders).filledNotional = '1965.01'),
      /^orders\..+\.filledNotional$/,
    ],
    [
      'its average price',
      ({ orders }) => (first(orders).averageFillPrice = '98.26'),
      /^orders\..+\.averageFillPrice$/,
    ],
    ['an order that traded too much', ({ orders }) => (first(orders).quantity = '19'), /\.left$/],
    [
      'cash that an ended order holds back',
      ({ orders }) => (first(orders, 2).reservedCash = '1'),
      /^orders\..+\.reservedCash$/,
    ],
    [
      'shares that a working order holds back',
      ({ orders }) => (first(orders, 1).reservedQuantity = '7'),
      /^orders\.AAPL\.reserved$/,
    ],
  ])('finds a change of %s', (_what, change, found) => {
    const kept = busyAccount();
    change(kept);
    expect(differencesOf(kept).map(({ what }) => what)).toContainEqual(
      expect.stringMatching(found),
    );
  });

  /** A bracket of which 4 of 10 were sold at a profit, and one whose entry works. */
  function groupedAccount(): Kept {
    const account = new PaperAccount('10000');
    account.placeGroup('bracket', 'AAPL', money('10'), money('100'));
    const [entry, profit] = account.orders;
    if (!entry || !profit) throw new Error('not accepted');
    account.fill(entry, money('10'), money('99'));
    account.fill(profit, money('4'), money('200'));
    account.placeGroup('oto', 'MSFT', money('5'), money('50'));
    return account.kept();
  }

  it.each<[string, Change, RegExp]>([
    [
      'a leg that works beside its entry',
      ({ orders }) => (first(orders, 4).status = 'open'),
      /^groups\..+\.entry$/,
    ],
    [
      'a leg that waits for an entry which is over',
      ({ orders }) => (first(orders, 2).status = 'held'),
      /^groups\..+\.entry$/,
    ],
    [
      'a stop for more than the other leg has left',
      ({ orders }) => (first(orders, 2).quantity = '10'),
      /^groups\..+\.left$/,
    ],
    [
      'a stop that holds back what the other leg does already',
      ({ orders }) => (first(orders, 2).reservedQuantity = '6'),
      /^groups\..+\.reserved$/,
    ],
    [
      'legs that sold more than was bought',
      ({ orders }) => (first(orders).filledQuantity = '3'),
      /^groups\..+\.sold$/,
    ],
  ])('finds in a group %s', (_what, change, found) => {
    const kept = groupedAccount();
    expect(differencesOf(kept)).toEqual([]);
    change(kept);
    expect(differencesOf(kept).map(({ what }) => what)).toContainEqual(
      expect.stringMatching(found),
    );
  });

  it('tells that more was spent than was there', () => {
    const account = new PaperAccount('101');
    const order = account.place('buy', 'AAPL', money('1'), money('100'));
    if (!order) throw new Error('not accepted');
    // By the rules it is not: 100.01 and the fee of 1 are a cent more than there is.
    expect(account.fill(order, money('1'), money('100.01'))).toBe(false);
    account.fill(order, money('1'), money('100.01'), true);
    expect(differencesOf(account.kept())).toEqual([
      { what: 'entries.3.available', kept: '-0.01', derived: '0 or more' },
    ]);
  });
});
