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
import { sharesFor } from '../execution/notional-size.js';
import { feeOf, feeOfFill, type FeeSchedule } from '../execution/paper/fees.js';
import { collateralOfFill, freedBy, type PledgedPosition } from '../margin/fill-collateral.js';
import { planMargin } from '../margin/margin-plan.js';
import { initialMargin } from '../margin/short-margin.js';
import { assertOneWay } from '../orders/one-way.js';
import { isWorking } from '../orders/order-state.js';
import { newOrder } from '../orders/new-order.js';
import type { OrderRow } from '../orders/orders.table.js';
import { toHoldingOrder } from '../trading.mappers.js';
import { AccountAudit } from './account-audit.js';
import { Balances } from './balances.js';
import type { LedgerEntry } from './ledger.repository.js';
import type { LedgerEntryKind } from './ledger.table.js';
import { hold, pledge, release, trade, transfer, type Holding, type Posting } from './postings.js';

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
  /** Whether it may sell short. */
  shortSelling = false;
  /** USD behind short positions, by symbol. */
  readonly #collateral = new Map<string, Money>();
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
  ): OrderRow | undefined {
    const { quantity: held, reserved } = this.#balances.sharesOf(symbol);
    const isShortSale = this.shortSelling && side === 'sell' && held.lte(0);
    if (isShortSale && !quantity.isInteger()) return undefined;
    if (this.shortSelling && (side === 'buy' || isShortSale)) {
      try {
        assertOneWay(this.working(symbol), { side, quantity: moneyText(quantity) }, held);
      } catch {
        return undefined;
      }
    }
    const holding = this.#holding(side, symbol, quantity, limit, isShortSale);
    if (holding.cash.gt(this.#balances.availableCash)) return undefined;
    if (holding.shares.gt(0) && holding.shares.gt(held.minus(reserved))) return undefined;
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
        at: AT,
      },
    );
    this.orders.push(order);
    const postings = hold(symbol, holding);
    if (postings.length > 0) this.#post('hold', postings, { orderId: order.id });
    return order;
  }

  #holding(
    side: 'buy' | 'sell',
    symbol: string,
    quantity: Money,
    limit: Money,
    isShortSale: boolean,
  ): Holding {
    const fees = feeOf(FEES, { side, quantity, notional: limit.times(quantity) });
    const cash = (required: Money): Holding => ({
      cash: money(moneyText(required)),
      shares: money(0),
      fees: required.lt(fees) ? required : fees,
    });
    if (isShortSale) return cash(initialMargin(limit).times(quantity).plus(fees));
    if (side === 'sell') return { cash: money(0), shares: quantity };
    const freed = freedBy(this.#pledged(symbol), quantity);
    const required = limit.times(quantity).plus(fees).minus(freed);
    return cash(required.lt(0) ? money(0) : required);
  }

  working(symbol?: string): OrderRow[] {
    return this.orders.filter(
      (order) => isWorking(order.status) && (symbol === undefined || order.symbol === symbol),
    );
  }

  #pledged(symbol: string): PledgedPosition {
    const { quantity } = this.#balances.sharesOf(symbol);
    return { quantity, collateral: this.#collateral.get(symbol) ?? money(0) };
  }

  /** As the margin check does by these prices. */
  mark(ask: Money): void {
    const shorts = SYMBOLS.filter((one) => this.#pledged(one).quantity.lt(0)).map((symbol) => {
      const { quantity, collateral } = this.#pledged(symbol);
      return { symbol, shares: quantity.negated(), collateral, ask, isClosing: false };
    });
    const inOrders = sumOf(this.working().map(({ reservedCash }) => reservedCash));
    let plan = planMargin(shorts, this.#balances.availableCash, inOrders);
    if (plan.fromOrders.gt(0)) {
      for (const order of this.working()) this.cancel(order);
      plan = planMargin(shorts, this.#balances.availableCash, money(0));
      expect(plan.closes).toEqual([]);
    }
    const changes = [...plan.changes].sort(([, one], [, other]) => one.comparedTo(other));
    for (const [symbol, amount] of changes) {
      if (pledge(amount).length > 0) this.#post('margin', pledge(amount), { symbol });
    }
    for (const symbol of plan.closes) {
      for (const order of this.working(symbol)) this.cancel(order);
      const { quantity, collateral } = this.#pledged(symbol);
      const usd = collateral.plus(this.#balances.availableCash).minus(1_000);
      const payable = sharesFor({ usd: usd.lt(0) ? money(0) : usd, shares: quantity.abs() }, ask);
      if (payable.isZero()) continue;
      const order = newOrder(
        { symbol, side: 'buy', type: 'market', quantity: moneyText(payable), timeInForce: 'gtc' },
        {
          accountId: this.id,
          replaces: null,
          time: { worksFrom: null, expiresAt: null },
          holding: { cash: money(0), shares: money(0) },
          at: AT,
        },
      );
      this.orders.push(order);
      expect(this.fill(order, payable, ask)).toBe(true);
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
    const before = this.#pledged(symbol);
    const isHeld = before.quantity.lte(0) || released.shares.gte(quantity);
    if (side === 'sell' && !isHeld) return false;
    const free = this.#balances.availableCash;
    const collateral = collateralOfFill(before, fill, { released: released.cash, free });
    if (!evenUnpaid && !canPay(fill, released, free, collateral)) return false;
    const executionId = newId();
    const postings = trade({ ...fill, symbol, released, collateral });
    this.#post('fill', postings, { orderId, executionId, symbol });
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
    const held = { cash: money(order.reservedCash), shares: money(order.reservedQuantity) };
    const postings = release(order.symbol, held);
    if (postings.length > 0) this.#post('release', postings, { orderId: order.id });
    const none = { reservedCash: '0', reservedFees: '0', reservedQuantity: '0' };
    Object.assign(order, { status: 'cancelled', ...none });
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
          collateral: moneyText(this.#pledged(symbol).collateral),
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
    of: { readonly orderId?: string; readonly executionId?: string; readonly symbol?: string } = {},
  ): void {
    const id = newId();
    const change = new Balances(postings).collateral;
    const symbol = change.isZero() ? undefined : of.symbol;
    if (symbol) this.#collateral.set(symbol, change.plus(this.#collateral.get(symbol) ?? 0));
    for (const posting of postings) this.#balances.add(posting);
    this.entries.push({
      id,
      accountId: this.id,
      seq: this.entries.length + 1,
      kind,
      orderId: of.orderId ?? null,
      executionId: of.executionId ?? null,
      symbol: symbol ?? null,
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
  fc.record({ kind: fc.constant('mark' as const), ask: price }),
  fc.record({
    kind: fc.constant('lots' as const),
    lotMethod: fc.constantFrom('fifo' as const, 'lifo' as const),
  }),
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

function happen(account: PaperAccount, one: Event): void {
  if (one.kind === 'transfer') {
    if (one.amount !== 0) account.transfer(money(one.amount));
    return;
  }
  if (one.kind === 'place') {
    const { side, named } = one;
    // Short sales are of whole shares: half of what is tried can be one.
    const quantity = account.shortSelling ? one.quantity.ceil() : one.quantity;
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
  if (one.kind === 'mark') {
    account.mark(one.ask);
    return;
  }
  if (one.kind === 'lots') {
    account.lotMethod = one.lotMethod;
    return;
  }
  const working = account.orders.filter(({ status }) =>
    ['accepted', 'partially_filled'].includes(status),
  );
  const order = working[one.which % Math.max(1, working.length)];
  if (order === undefined) return;
  if (one.kind === 'cancel') {
    account.cancel(order);
    return;
  }
  // No buy costs more than its limit, no sale gets less.
  const limit = money(order.limitPrice ?? 0);
  const isBetter = order.side === 'buy' ? one.better.lt(limit) : one.better.gt(limit);
  const isPaid = account.fill(order, one.quantity, isBetter ? one.better : limit);
  // What was held back covers each part of a buy, whatever its fee.
  expect(isPaid || order.side === 'sell' || account.shortSelling).toBe(true);
}

describe('the audit of an account', () => {
  it.each([
    ['orders, fills in part and cancellations', false],
    ['short sales, prices that move against them, and margin calls', true],
  ])('finds nothing wrong with any history of transfers, %s', (_what, shortSelling) => {
    let shortsSeen = 0;
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 60 }), (history) => {
        const account = new PaperAccount('10000');
        account.shortSelling = shortSelling;
        for (const one of history) happen(account, one);
        const kept = account.kept();
        expect(differencesOf(kept)).toEqual([]);
        shortsSeen += kept.positions.filter(({ quantity }) => money(quantity).lt(0)).length;
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
      { numRuns: shortSelling ? 200 : 300 },
    );
    expect(shortsSeen > 0).toBe(shortSelling);
  });

  /** 100 sold short at 50, 40 of them bought back at 45, the rest followed to 70. */
  function shortAccount(): Kept {
    const account = new PaperAccount('10000');
    account.shortSelling = true;
    const sold = account.place('sell', 'AAPL', money('100'), money('50'));
    if (!sold) throw new Error('not accepted');
    account.fill(sold, money('100'), money('50'));
    const bought = account.place('buy', 'AAPL', money('40'), money('45'));
    if (!bought) throw new Error('not accepted');
    account.fill(bought, money('40'), money('45'));
    account.mark(money('70'));
    return account.kept();
  }

  it('knows the figures of a short position', () => {
    const { account, positions, closures, orders } = shortAccount();
    // Fees: 100 × 0.005 + 1 bp of 5,000, but 1 at least, and 0.5 bps of the sale: 1.25; then 1.
    // Behind it: 7,500; of that 40 % go with 40 shares, and 4,500 are left of it. At 70 they must be 60 × 91 = 5,460,
    // and are filled up to 60 × 105 = 6,300.
    expect(account).toMatchObject({ cash: '13197.75', reservedCash: '0', collateral: '6300' });
    // 5,000 − 1.25 were got for 100; 40 of them, 1,999.50, are bought back for 1,801.
    expect(positions).toMatchObject([
      { quantity: '-60', collateral: '6300', costBasis: '-2999.25', realizedPnl: '198.5' },
    ]);
    expect(closures).toMatchObject([{ quantity: '40', proceeds: '1999.5', cost: '1801' }]);
    // The limit's 40 × 45 and fee are less than what 40 shares free.
    expect(orders[1]).toMatchObject({ side: 'buy', reservedCash: '0' });
    expect(differencesOf(shortAccount())).toEqual([]);
  });

  it.each<[string, (kept: Kept) => unknown, RegExp]>([
    [
      'what stands behind it',
      ({ positions }) => Object.assign(positions[0] ?? {}, { collateral: '6300.01' }),
      /^positions\.AAPL\.collateral$/,
    ],
    [
      'what stands behind all that is short',
      ({ account }) => (account.collateral = '6299.99'),
      /^collateral$/,
    ],
    [
      'the symbol that an entry is for',
      ({ entries }) => Object.assign(entries.at(-1) ?? {}, { symbol: 'MSFT' }),
      /^positions\.(AAPL|MSFT)\.collateral$/,
    ],
    [
      'what a sale puts behind it',
      ({ entries }) => {
        const fill = entries.find(({ kind }) => kind === 'fill');
        for (const posting of fill?.postings ?? []) {
          if (posting.book === 'collateral')
            posting.amount = moneyText(money(posting.amount).minus(1));
          if (posting.book === 'cash') posting.amount = moneyText(money(posting.amount).plus(1));
        }
      },
      /^executions\..+\.collateral$/,
    ],
  ])('finds a change of a short position: %s', (_what, change, found) => {
    const kept = shortAccount();
    change(kept);
    expect(differencesOf(kept).map(({ what }) => what)).toContainEqual(
      expect.stringMatching(found),
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
