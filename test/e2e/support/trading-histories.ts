import fc from 'fast-check';
import { Database } from '../../../src/database/index.js';
import { AppError } from '../../../src/kernel/app-error.js';
import { money, moneyText, type Money } from '../../../src/kernel/money.js';
import { QuotesService } from '../../../src/modules/market-data/index.js';
import { MarketDataProvider } from '../../../src/modules/market-data/market-data.provider.js';
import { AccountsRepository } from '../../../src/modules/trading/accounts/accounts.repository.js';
import { TransfersService } from '../../../src/modules/trading/accounts/transfers.service.js';
import { ClosingService } from '../../../src/modules/trading/closing/closing.service.js';
import { CorporateActionsService } from '../../../src/modules/trading/corporate-actions/corporate-actions.service.js';
import type { AnnounceAction } from '../../../src/modules/trading/corporate-actions/corporate-actions.dto.js';
import { DueOrders } from '../../../src/modules/trading/execution/due-orders.js';
import { ExecutionsRepository } from '../../../src/modules/trading/execution/executions.repository.js';
import { OrderExecutionService } from '../../../src/modules/trading/execution/order-execution.service.js';
import { LedgerRepository } from '../../../src/modules/trading/ledger/ledger.repository.js';
import { MarginCheck } from '../../../src/modules/trading/margin/margin-check.js';
import type { OrderTransitionRow } from '../../../src/modules/trading/orders/order-transitions.table.js';
import { isFinal } from '../../../src/modules/trading/orders/order-state.js';
import { OrdersRepository } from '../../../src/modules/trading/orders/orders.repository.js';
import { OrdersService } from '../../../src/modules/trading/orders/orders.service.js';
import type { OrderRow } from '../../../src/modules/trading/orders/orders.table.js';
import { placeOrderSchema } from '../../../src/modules/trading/trading.dto.js';
import type { PromisedRows } from '../../support/paper-account/broken-promises.js';
import type { Bourse } from './bourse.js';

/** In the market of whoever plays histories. */
export const HISTORY_SYMBOLS = ['SWING', 'OTHER'] as const;
type HistorySymbol = (typeof HISTORY_SYMBOLS)[number];

const FIRST_PRICES: Readonly<Record<HistorySymbol, string>> = { SWING: '100', OTHER: '40' };
/** More rows than a history makes. */
const ALL = 10_000;
const DAY_MS = 86_400_000;

const symbol = fc.constantFrom(...HISTORY_SYMBOLS);
const quantity = fc.integer({ min: 1, max: 300 });
/** Per cent of the last price, on the side where an order waits; below zero: in the market's reach. */
const away = fc.integer({ min: -4, max: 8 });
const perCent = fc.integer({ min: 1, max: 9 });
const of = <const Kind extends string>(kind: Kind) => ({ kind: fc.constant(kind) });

const order = fc.record({
  ...of('order'),
  symbol,
  quantity,
  away,
  side: fc.constantFrom('buy' as const, 'sell' as const),
  type: fc.constantFrom(
    'market',
    'limit',
    'limit',
    'stop',
    'stop_limit',
    'trailing_stop',
    'notional',
  ),
  timeInForce: fc.constantFrom('gtc', 'gtc', 'day', 'ioc', 'fok'),
});
const group = fc.record({
  ...of('group'),
  symbol,
  quantity,
  away,
  type: fc.constantFrom('market', 'limit', 'stop'),
  orderClass: fc.constantFrom(
    'bracket' as const,
    'bracket' as const,
    'oto' as const,
    'oco' as const,
  ),
  profit: perCent,
  loss: perCent,
  stop: fc.constantFrom('stop', 'stop_limit', 'trailing_stop'),
});
const tick = fc.record({
  ...of('tick'),
  /** Per cent, of each symbol. */
  moves: fc.tuple(fc.integer({ min: -12, max: 12 }), fc.integer({ min: -12, max: 12 })),
  /** Shares that it offers and asks for. */
  size: fc.integer({ min: 1, max: 250 }),
  nextDay: fc.constantFrom(false, false, false, true),
});
const action = fc.record({
  ...of('action'),
  symbol,
  what: fc.constantFrom('split', 'split', 'dividend', 'symbol_change'),
  ratio: fc.constantFrom([1, 2], [2, 1], [2, 3], [3, 2], [7, 1]),
  /** By the job, or by the next work on the account. */
  isApplied: fc.boolean(),
});
const step = fc.oneof(
  { arbitrary: order, weight: 8 },
  { arbitrary: group, weight: 5 },
  { arbitrary: tick, weight: 9 },
  { arbitrary: fc.record({ ...of('replace'), which: fc.nat(), quantity, away }), weight: 3 },
  { arbitrary: fc.record({ ...of('cancel'), which: fc.nat() }), weight: 2 },
  { arbitrary: fc.record({ ...of('cancel all'), symbol: fc.option(symbol) }), weight: 1 },
  {
    arbitrary: fc.record({ ...of('close'), symbol, percentage: fc.constantFrom('30', '100') }),
    weight: 2,
  },
  { arbitrary: fc.record({ ...of('liquidate') }), weight: 1 },
  {
    arbitrary: fc.record({ ...of('cash'), usd: fc.integer({ min: -60_000, max: 20_000 }) }),
    weight: 1,
  },
  { arbitrary: action, weight: 2 },
);
export type TradingStep = typeof step extends fc.Arbitrary<infer Step> ? Step : never;

const atMarket = {
  kind: 'order',
  type: 'market',
  quantity: 200,
  away: 0,
  timeInForce: 'gtc',
} as const;
/** What it begins with: shares of both, or of one where the other can be sold short. */
const BEGINNING: readonly TradingStep[] = [
  { ...atMarket, symbol: 'SWING', side: 'buy' },
  { ...atMarket, symbol: 'OTHER', side: 'sell' },
  { ...atMarket, symbol: 'OTHER', side: 'buy' },
  { kind: 'tick', moves: [0, 0], size: 250, nextDay: false },
];

/** Orders of every kind, groups, replacements, cancellations, corporate actions and short sales, by prices that swing. */
export const tradingHistories = fc
  .array(step, { minLength: 15, maxLength: 40, size: 'max' })
  .map((steps) => [...BEGINNING, ...steps]);

/**
 * One trader's account, and a market of its own: prices and sizes are those of the last tick, and orders are worked when a
 * tick comes and at no other time. Nothing else may work orders meanwhile.
 */
export class TradedAccount {
  readonly refusals: string[] = [];
  readonly #prices = new Map<string, Money>(
    HISTORY_SYMBOLS.map((one) => [one, money(FIRST_PRICES[one])]),
  );
  #size = '100';
  #asOf = '';
  #actions = 0;

  private constructor(
    private readonly bourse: Bourse,
    readonly userId: string,
    readonly accountId: string,
    private readonly adminId: string,
  ) {
    const provider = bourse.app.get(MarketDataProvider);
    const quoteOf = provider.quote.bind(provider);
    jest.spyOn(provider, 'quote').mockImplementation((name, atMs) => {
      const quote = quoteOf(name, atMs);
      const price = this.#prices.get(name);
      if (!quote || !price) return quote;
      const [bid, ask] = [price.minus('0.01').toFixed(2), price.plus('0.01').toFixed(2)];
      const sizes = { bidSize: this.#size, askSize: this.#size };
      return { ...quote, ...sizes, bid, ask, last: price.toFixed(2), asOf: this.#asOf };
    });
  }

  /** @param mayShort whether it may sell short */
  static async open(bourse: Bourse, adminId: string, mayShort: boolean): Promise<TradedAccount> {
    const trader = await bourse.trader();
    const { body } = await trader.get<{ id: string }>('/api/account');
    const settings = { shortSelling: mayShort, lotMethod: mayShort ? 'lifo' : 'fifo' };
    await trader.patch('/api/account/settings', settings);
    const account = new TradedAccount(bourse, trader.user.id, body.id, adminId);
    account.#time(0);
    return account;
  }

  /** A refusal is an answer; anything else that goes wrong is thrown. */
  async take(taken: TradingStep): Promise<void> {
    try {
      await this.#take(taken);
    } catch (error) {
      const isAnswer =
        error instanceof AppError &&
        ['unprocessable', 'conflict', 'not_found'].includes(error.kind);
      if (!isAnswer) throw error;
      this.refusals.push(error.code);
    }
  }

  /** Sells and buys back all that it has, at prices that stand still. */
  async end(): Promise<void> {
    await this.#app(CorporateActionsService).resume();
    await this.take({ kind: 'liquidate' });
    await this.take({ kind: 'tick', moves: [0, 0], size: 1_000_000, nextDay: false });
    await this.take({ kind: 'cancel all', symbol: null });
    jest.restoreAllMocks();
  }

  async rows(): Promise<PromisedRows> {
    const { accountId } = this;
    return this.#app(Database).snapshot(async (sql) => ({
      account: await this.#app(AccountsRepository).get(sql, accountId),
      entries: await this.#app(LedgerRepository).listAfter(sql, accountId, 0, ALL),
      executions: await this.#app(ExecutionsRepository).list(
        sql,
        accountId,
        'oldest first',
        undefined,
        ALL,
      ),
      orders: await this.#app(OrdersRepository).listAfter(sql, accountId, undefined, ALL),
      positions: await this.#app(ExecutionsRepository).listPositions(sql, accountId),
    }));
  }

  /** Steps out of an end, or that do not begin where the one before has ended. */
  async brokenLives(): Promise<string[]> {
    const { orders } = await this.rows();
    const broken: string[] = [];
    for (const { id, status } of orders) {
      const steps = (
        await this.#app(OrdersRepository).listTransitions(id, undefined, ALL)
      ).toReversed();
      const life = steps.map(({ transition }) => transition);
      const wrong = life.filter((one, at) => !follows(one, life[at - 1]));
      for (const { version, fromStatus, toStatus } of wrong) {
        broken.push(`step ${version} of ${id}: ${fromStatus} to ${toStatus}`);
      }
      if (life.at(-1)?.toStatus !== status) broken.push(`${id} is ${status}`);
    }
    return broken;
  }

  #app<Service>(type: abstract new (...parts: never[]) => Service): Service {
    return this.bourse.app.get(type as never);
  }

  async #take(taken: TradingStep): Promise<void> {
    const { userId } = this;
    const orders = this.#app(OrdersService);
    switch (taken.kind) {
      case 'order':
      case 'group':
        await orders.place(userId, placeOrderSchema.parse(this.#request(taken)));
        return;
      case 'tick':
        await this.#tick(taken);
        return;
      case 'replace':
        await this.#replace(taken);
        return;
      case 'cancel': {
        const found = await this.#unfinished(taken.which);
        if (found) await orders.cancel(userId, found.id);
        return;
      }
      case 'cancel all':
        await orders.cancelAll(userId, taken.symbol ?? undefined);
        return;
      case 'close': {
        const { symbol: closed, percentage } = taken;
        await this.#app(ClosingService).close(userId, closed, { percentage });
        return;
      }
      case 'liquidate':
        await this.#app(ClosingService).liquidate(userId, {});
        return;
      case 'cash': {
        const amount = String(Math.abs(taken.usd) + 1);
        const transfers = this.#app(TransfersService);
        if (taken.usd < 0) await transfers.withdraw(userId, { amount });
        else await transfers.deposit(userId, { amount });
        return;
      }
      case 'action':
        await this.#announce(taken);
    }
  }

  #time(aheadMs: number): void {
    this.bourse.clock.advance(aheadMs);
    this.#asOf = new Date(this.bourse.clock.nowMs()).toISOString();
  }

  /** So many per cent above the last price. */
  #beside(name: string, more: number): string {
    const price = this.#prices.get(name) ?? money(1);
    return price
      .times(100 + more)
      .div(100)
      .toFixed(2);
  }

  #request(asked: Extract<TradingStep, { kind: 'order' | 'group' }>): object {
    const { symbol: name, quantity: shares, type, away: far } = asked;
    const side = asked.kind === 'order' ? asked.side : asked.orderClass === 'oco' ? 'sell' : 'buy';
    const waits = side === 'buy' ? -far : far;
    const stops = side === 'buy' ? Math.abs(far) + 1 : -Math.abs(far) - 1;
    const limitPrice = this.#beside(name, waits);
    const stopPrice = this.#beside(name, stops);
    const body = { symbol: name, side, quantity: String(shares) };
    const prices = {
      market: { type },
      limit: { type, limitPrice },
      stop: { type, stopPrice },
      stop_limit: { type, stopPrice, limitPrice: this.#beside(name, stops * 2) },
      trailing_stop: { type, trailPercent: String(Math.abs(far) + 1) },
      notional: { type: 'market', quantity: undefined, notional: String(shares * 37) },
    }[type];
    if (asked.kind === 'order') return { ...body, ...prices, timeInForce: asked.timeInForce };
    const stopLoss = {
      stop: { stopPrice: this.#beside(name, -asked.loss - 5) },
      stop_limit: {
        stopPrice: this.#beside(name, -asked.loss - 5),
        limitPrice: this.#beside(name, -asked.loss - 7),
      },
      trailing_stop: { trailPercent: String(asked.loss + 5) },
    }[asked.stop];
    const takeProfit = { limitPrice: this.#beside(name, asked.profit + 9) };
    const { orderClass } = asked;
    if (orderClass === 'oco') return { ...body, type: 'limit', orderClass, takeProfit, stopLoss };
    const legs = orderClass === 'bracket' ? { takeProfit, stopLoss } : { stopLoss };
    return { ...body, ...prices, orderClass, ...legs };
  }

  async #tick({ moves, size, nextDay }: Extract<TradingStep, { kind: 'tick' }>): Promise<void> {
    HISTORY_SYMBOLS.forEach((name, at) => {
      const price = money(this.#beside(name, moves[at] ?? 0));
      this.#prices.set(name, price.lt(1) ? money(1) : price);
    });
    this.#size = String(size);
    this.#time(nextDay ? DAY_MS : 1_000);
    const quotes = this.#app(QuotesService).quotesAt(this.bourse.clock.nowMs());
    const due = await this.#app(DueOrders).find(quotes, true);
    for (const { id } of due) await this.#app(OrderExecutionService).execute(id);
    await this.#app(MarginCheck).run(quotes);
  }

  async #replace(asked: Extract<TradingStep, { kind: 'replace' }>): Promise<void> {
    const found = await this.#unfinished(asked.which);
    if (!found) return;
    const sign = found.side === 'buy' ? -1 : 1;
    const change = {
      market: { quantity: String(asked.quantity) },
      limit: { limitPrice: this.#beside(found.symbol, sign * asked.away) },
      stop: { stopPrice: this.#beside(found.symbol, -sign * (Math.abs(asked.away) + 1)) },
      stop_limit: { limitPrice: this.#beside(found.symbol, -sign * 9) },
      trailing_stop: { trail: '3' },
    }[found.type];
    const isOther = found.groupRole === null || found.groupRole === 'entry';
    const more = isOther && found.notional === null ? { quantity: String(asked.quantity) } : {};
    const wanted = found.notional === null ? { ...change, ...more } : { notional: '5000' };
    await this.#app(OrdersService).replace(this.userId, found.id, wanted);
  }

  async #announce(asked: Extract<TradingStep, { kind: 'action' }>): Promise<void> {
    const actions = this.#app(CorporateActionsService);
    const { symbol: name, what, ratio } = asked;
    const [from = 1, to = 1] = ratio;
    this.#actions += 1;
    const announced = { reference: `${this.accountId}-${this.#actions}`, symbol: name };
    const request: AnnounceAction =
      what === 'split'
        ? { ...announced, kind: 'split', from, to, cashInLieuPrice: '12.3456' }
        : what === 'dividend'
          ? { ...announced, kind: 'dividend', cashPerShare: '0.123457' }
          : {
              ...announced,
              kind: 'symbol_change',
              newSymbol: name === 'SWING' ? 'OTHER' : 'SWING',
            };
    const { id } = await actions.announce(this.adminId, request);
    // Prices follow, as far as they may.
    const price = this.#prices.get(name);
    if (what === 'split' && price) {
      const after = money(moneyText(price.times(from).div(to))).toFixed(2);
      this.#prices.set(name, money(after).lt(1) ? money(1) : money(after));
    }
    if (asked.isApplied) await actions.apply(id);
  }

  async #unfinished(which: number): Promise<OrderRow | undefined> {
    const { orders } = await this.rows();
    const unfinished = orders.filter(({ status }) => !isFinal(status));
    return unfinished[which % Math.max(1, unfinished.length)];
  }
}

function follows(one: OrderTransitionRow, before: OrderTransitionRow | undefined): boolean {
  if (before === undefined) return one.version === 1 && one.fromStatus === null;
  const isNext = one.version === before.version + 1 && one.fromStatus === before.toStatus;
  return isNext && !isFinal(before.toStatus);
}
