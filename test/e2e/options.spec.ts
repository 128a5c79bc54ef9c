import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { Database } from '../../src/database/index.js';
import { AppError } from '../../src/kernel/app-error.js';
import { money, moneyText, sumOf, type Money } from '../../src/kernel/money.js';
import type { Page } from '../../src/kernel/page.js';
import {
  QuotesService,
  type OptionChain,
  type Quote,
} from '../../src/modules/market-data/index.js';
import {
  OrdersService,
  type Order,
  type OrderTransition,
  type Trade,
} from '../../src/modules/trading/index.js';
import type { Liquidation } from '../../src/modules/trading/closing/closing.dto.js';
import type { LotView } from '../../src/modules/trading/accounts/lots.dto.js';
import type { Activity } from '../../src/modules/trading/accounts/transfers.dto.js';
import { OrderExecutionService } from '../../src/modules/trading/execution/order-execution.service.js';
import { OptionExercise } from '../../src/modules/trading/options/option-exercise.js';
import { OptionSettlement } from '../../src/modules/trading/options/option-settlement.js';
import type { Exercise } from '../../src/modules/trading/options/options.dto.js';
import { ScheduleRegistry } from '../../src/redis/index.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';
import { LASTING_SESSIONS, WITHOUT_LIMITS } from './support/settings.js';
import { expectExactLedgers, tradingDesk } from './support/trading-desk.js';

const HOUR_MS = 3_600_000;

/** USD a share of the first `quantity` of the lots, which are the first to be closed. */
function costOfFirst(lots: readonly LotView[], quantity: number): Money {
  let left = money(quantity);
  const parts = lots.map((lot) => {
    const taken = left.lt(lot.quantity) ? left : money(lot.quantity);
    left = left.minus(taken);
    return taken.times(lot.costPerShare);
  });
  expect(left.toNumber()).toBe(0);
  return sumOf(parts).div(quantity);
}

const sharesOf = (lots: readonly LotView[]) => sumOf(lots.map((lot) => money(lot.quantity)));

const rowsOf = (answer: unknown) => (answer as { rows: unknown[] }).rows;

jest.setTimeout(120_000);

describe.each(SERVERS)('options on $name', (backend) => {
  let bourse: Bourse;
  let trader: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend, {
      MARKET_TICK_MS: '100',
      ...LASTING_SESSIONS,
      ...WITHOUT_LIMITS,
    });
  });
  afterAll(() => bourse.close());
  beforeEach(async () => {
    trader = await bourse.trader();
  });
  afterEach(() => expectExactLedgers(bourse));

  const desk = tradingDesk(() => trader);
  const { read, place, until, trade, refusal, account, positions } = desk;
  const tradesOf = async (symbol: string): Promise<Trade[]> =>
    (await desk.trades()).filter((trade) => trade.symbol === symbol);
  const lotsOf = async (symbol: string): Promise<readonly LotView[]> =>
    (await read<Page<LotView>>(`/api/positions/${symbol}/lots`)).items;
  /** The nearest that no test is about to run into. */
  const chainOf = async (symbol: string): Promise<OptionChain> => {
    const nearest = await read<OptionChain>(`/api/market/options/${symbol}`);
    if (Date.parse(nearest.expiresAt) > bourse.clock.nowMs() + HOUR_MS) return nearest;
    return read<OptionChain>(`/api/market/options/${symbol}?expiry=${nearest.expiries[1]}`);
  };
  /** The contract of a row of the chain: 0 has the lowest strike, 10 the one at the spot, 20 the highest. */
  const contractOf = (chain: OptionChain, row: number, right: 'call' | 'put') => {
    const strike = chain.strikes[row];
    return { symbol: strike?.[right].symbol ?? '', strike: money(strike?.strike ?? 0) };
  };

  it('are bought and sold by whole contracts at the quotes of the chain, without a multiplier', async () => {
    const before = money((await account()).cash);
    const chain = await chainOf('AAPL');
    const { symbol } = contractOf(chain, 10, 'call');
    const bought = await trade('buy', symbol, '200');
    const fills = await tradesOf(symbol);
    const paid = fills.reduce(
      (sum, { quantity, price }) => sum.plus(money(quantity).times(price)),
      money(0),
    );
    for (const { price, quoteAsOf } of fills) {
      const quote = bourse.app.get(QuotesService).quoteAt(symbol, Date.parse(quoteAsOf));
      expect(price).toBe(quote.ask);
    }
    expect(bought.expiresAt).toBe(chain.expiresAt);
    expect((await account()).cash).toBe(moneyText(before.minus(paid)));
    const [held] = await positions();
    expect(held).toMatchObject({ symbol, quantity: '200', contracts: '2', realizedPnl: '0' });
    expect(held?.marketValue).toBe(moneyText(money(held?.price ?? 0).times(200)));

    await trade('sell', symbol, '100');
    expect(await positions()).toMatchObject([{ symbol, quantity: '100', contracts: '1' }]);
    await trade('buy', 'AAPL', '1');
    const [share] = await positions();
    expect(share?.symbol).toBe('AAPL');
    expect(share).not.toHaveProperty('contracts');
  });

  it('trade when a tick reaches their price, though no tick quotes them all', async () => {
    const { symbol } = contractOf(await chainOf('MSFT'), 10, 'put');
    const order = { symbol, side: 'buy', type: 'limit', quantity: '100', limitPrice: '0.01' };
    const { id } = await place(order);
    await until(id, 'open');
    // As if the market had come to it.
    const { sql: connection } = bourse.app.get(Database);
    await connection.execute(sql`update orders set limit_price = 9999 where id = ${id}`);
    const filled = await until(id, 'filled');
    const quote = await read<Quote>(`/api/market/quotes/${symbol}`);
    expect(Number(filled.averageFillPrice)).toBeLessThan(2 * Number(quote.ask));
  });

  it('are refused where they are no whole contracts, not listed, over, or would outlive the contract', async () => {
    const chain = await chainOf('AAPL');
    const { symbol } = contractOf(chain, 10, 'call');
    const order = { symbol, side: 'buy', type: 'market', quantity: '100' };
    const ordered = (changes: object) => refusal('/api/orders', { ...order, ...changes });
    expect(await ordered({ quantity: '150' })).toEqual([422, 'trading.bad_quantity']);
    expect(await ordered({ symbol: symbol.replace(/\d{8}$/, '00000001') })).toEqual([
      422,
      'trading.contract_not_listed',
    ]);
    expect(await ordered({ symbol: 'AAPL201218C00150000' })).toEqual([
      422,
      'trading.unknown_symbol',
    ]);
    const later = new Date(Date.parse(chain.expiresAt) + 1_000).toISOString();
    expect(await ordered({ timeInForce: 'gtd', expiresAt: later })).toEqual([
      422,
      'trading.bad_expiry',
    ]);
    const resting = await place({ ...order, type: 'limit', limitPrice: '0.01' });
    expect(resting.expiresAt).toBe(chain.expiresAt);
    const changed = await trader.patch<Problem>(`/api/orders/${resting.id}`, { quantity: '250' });
    expect([changed.status, changed.body.code]).toEqual([422, 'trading.bad_quantity']);
    await trader.delete(`/api/orders/${resting.id}`);
  });

  describe('are exercised early', () => {
    const exercise = (symbol: string, body: object = {}) =>
      trader.post<Exercise>(`/api/positions/${symbol}/exercise`, body);
    const refused = (symbol: string, body: object = {}) =>
      refusal(`/api/positions/${symbol}/exercise`, body);

    it('into shares that have cost the strike and the premium, once under one id', async () => {
      const { symbol, strike } = contractOf(await chainOf('AAPL'), 0, 'call');
      // Of two lots that cost unlike the first is exercised, at its own cost and not at the average.
      await trade('buy', symbol, '100');
      let bought: readonly LotView[];
      do {
        await trade('buy', symbol, '100');
        bought = await lotsOf(symbol);
      } while (costOfFirst(bought, 100).eq(costOfFirst(bought, sharesOf(bought).toNumber())));
      const premium = costOfFirst(bought, 100);
      const before = money((await account()).cash);
      const request = { quantity: '100', client_order_id: 'mine' };
      const answers = await Promise.all([1, 2, 3].map(() => exercise(symbol, request)));
      for (const { status, body } of answers) {
        expect(status).toBe(200);
        expect(body).toEqual(answers[0]?.body);
      }
      expect(answers[0]?.body).toMatchObject({
        contract: { symbol, side: 'sell', quantity: '100', status: 'filled' },
        shares: { symbol: 'AAPL', side: 'buy', quantity: '100', status: 'filled' },
      });
      // 100 shares for the strike, and nothing else: the premium was paid when the contract was bought.
      expect((await account()).cash).toBe(moneyText(before.minus(strike.times(100))));
      const [shares, contract] = await positions();
      expect(shares).toMatchObject({ symbol: 'AAPL', quantity: '100', realizedPnl: '0' });
      expect(money(shares?.averageCost ?? 0).toFixed(8)).toBe(strike.plus(premium).toFixed(8));
      expect(contract).toMatchObject({ symbol, realizedPnl: '0' });
      expect(contract?.quantity).toBe(moneyText(sharesOf(bought).minus(100)));
      // Without a quantity too: all of them was not asked for.
      for (const again of [{ ...request, quantity: '200' }, { client_order_id: 'mine' }]) {
        expect(await refused(symbol, again)).toEqual([422, 'trading.client_order_id_reused']);
      }
      const found = await read<Order>('/api/orders/by-client-order-id/exercise:mine');
      expect(found.id).toBe(answers[0]?.body.contract.id);
      const { items } = await read<Page<Activity>>('/api/account/activities?kind=option_exercise');
      expect(items).toHaveLength(2);
    });

    it('out of shares, which bring the strike less the premium', async () => {
      const { symbol, strike } = contractOf(await chainOf('KO'), 20, 'put');
      await trade('buy', symbol, '100');
      expect(await refused(symbol)).toEqual([422, 'trading.insufficient_position']);
      await trade('buy', 'KO', '150');
      const [premium, cost] = [
        costOfFirst(await lotsOf(symbol), 100),
        costOfFirst(await lotsOf('KO'), 100),
      ];
      const before = money((await account()).cash);
      expect((await exercise(symbol)).status).toBe(200);
      expect((await account()).cash).toBe(moneyText(before.plus(strike.times(100))));
      // What is won is the strike less what shares and contract had cost.
      const won = strike.minus(premium).minus(cost);
      const [left] = await positions();
      expect(left).toMatchObject({ symbol: 'KO', quantity: '50' });
      expect(money(left?.realizedPnl ?? 0).toFixed(6)).toBe(won.times(100).toFixed(6));
    });

    it('by who holds them, has the cash, and gets something for it', async () => {
      const chain = await chainOf('V');
      const [inside, outside] = [contractOf(chain, 0, 'call'), contractOf(chain, 20, 'call')];
      expect(await refused('V')).toEqual([422, 'trading.unknown_symbol']);
      expect(await refused(inside.symbol)).toEqual([422, 'trading.insufficient_position']);
      await trade('buy', inside.symbol, '100');
      await trade('buy', outside.symbol, '100');
      expect(await refused(outside.symbol)).toEqual([422, 'trading.not_in_the_money']);
      expect(await refused(inside.symbol, { quantity: '50' })).toEqual([
        422,
        'trading.bad_quantity',
      ]);
      expect(await refused(inside.symbol, { quantity: '200' })).toEqual([
        422,
        'trading.insufficient_position',
      ]);
      const amount = money((await account()).availableCash)
        .minus(1_000)
        .toFixed(0);
      expect((await trader.post('/api/account/withdrawals', { amount })).status).toBe(201);
      expect(await refused(inside.symbol)).toEqual([422, 'trading.insufficient_funds']);
    });
  });

  describe('are written', () => {
    const sell = { side: 'sell', type: 'market', quantity: '100' };

    it('against shares and cash that are held back, until they are bought back', async () => {
      const chain = await chainOf('AAPL');
      const call = contractOf(chain, 10, 'call');
      const put = contractOf(chain, 10, 'put');
      const order = (symbol: string, changes: object = {}) =>
        refusal('/api/orders', { ...sell, symbol, ...changes });
      expect(await order(call.symbol)).toEqual([422, 'trading.uncovered_option']);
      expect(await order(put.symbol, { quantity: '10000' })).toEqual([
        422,
        'trading.uncovered_option',
      ]);
      await trade('buy', 'AAPL', '250');
      const before = await account();
      await trade('sell', call.symbol, '200');
      await trade('sell', put.symbol, '100');
      const after = await account();
      // A put of one contract holds back its strike for 100 shares.
      expect(after.reservedCash).toBe(moneyText(put.strike.times(100)));
      const got = money(after.cash).minus(before.cash);
      const written = (await positions()).filter(({ contracts }) => contracts !== undefined);
      expect(written.map(({ contracts }) => contracts)).toEqual(['-2', '-1']);
      const premiums = written.map(({ averageCost, quantity }) =>
        money(averageCost).times(quantity).abs(),
      );
      expect(got.toFixed(6)).toBe(sumOf(premiums).toFixed(6));
      // Valued at what buying them back costs, below what they brought by the spread.
      expect(Number(written[0]?.marketValue)).toBeLessThan(0);
      // 200 of the 250 shares stand behind the calls.
      expect(await order('AAPL', { quantity: '51' })).toEqual([
        422,
        'trading.insufficient_position',
      ]);
      expect(await order(call.symbol)).toEqual([422, 'trading.uncovered_option']);
      const tooMany = { side: 'buy', quantity: '300' };
      expect(await order(call.symbol, tooMany)).toEqual([422, 'trading.opposite_order']);
      expect(await refusal(`/api/positions/${call.symbol}/exercise`, {})).toEqual([
        422,
        'trading.insufficient_position',
      ]);
      await trade('buy', call.symbol, '200');
      await trade('buy', put.symbol, '100');
      expect((await account()).reservedCash).toBe('0');
      await trade('sell', 'AAPL', '250');
      expect(await positions()).toEqual([]);
    });

    it('and are all closed by a liquidation: the calls first, then the shares behind them', async () => {
      const call = contractOf(await chainOf('AAPL'), 10, 'call');
      await trade('buy', 'AAPL', '100');
      await trade('sell', call.symbol, '100');
      const { status, body } = await trader.delete<Liquidation>('/api/positions');
      expect(status).toBe(200);
      expect(body.items).toMatchObject([
        { symbol: 'AAPL', error: null, order: { side: 'sell', quantity: '100' } },
        { symbol: call.symbol, error: null, order: { side: 'buy', quantity: '100' } },
      ]);
      await until(body.items[0]?.order?.id ?? '', 'filled');
      expect(await positions()).toEqual([]);
    });

    it('by orders that give back what they held back when they are cancelled or replaced', async () => {
      const { symbol } = contractOf(await chainOf('MSFT'), 10, 'call');
      await trade('buy', 'MSFT', '100');
      const resting = { ...sell, symbol, type: 'limit', limitPrice: '9999' };
      const { id } = await place(resting);
      await until(id, 'open');
      const purchase = { symbol, side: 'buy', type: 'market', quantity: '100' };
      expect(await refusal('/api/orders', purchase)).toEqual([422, 'trading.opposite_order']);
      const shares = { ...sell, symbol: 'MSFT' };
      expect(await refusal('/api/orders', shares)).toEqual([422, 'trading.insufficient_position']);
      const path = `/api/orders/${id}`;
      const replaced = await trader.patch<Order>(path, { limitPrice: '9998' });
      expect(replaced.status).toBe(200);
      expect((await trader.delete(`/api/orders/${replaced.body.id}`)).status).toBe(200);
      await trade('sell', 'MSFT', '100');
    });
  });

  it('keep every account whole, whatever is done with them', async () => {
    const chain = await chainOf('AAPL');
    const expiresAtMs = Date.parse(chain.expiresAt);
    const [orders, execution] = [
      bourse.app.get(OrdersService),
      bourse.app.get(OrderExecutionService),
    ];
    const symbols = ['AAPL'].concat(
      [0, 9, 11, 20].flatMap((row) => [
        contractOf(chain, row, 'call').symbol,
        contractOf(chain, row, 'put').symbol,
      ]),
    );
    const step = fc.record({
      symbol: fc.constantFrom(...symbols),
      what: fc.constantFrom('buy', 'buy', 'sell', 'sell', 'rest', 'cancel', 'exercise'),
      contracts: fc.integer({ min: 1, max: 3 }),
    });
    const refusals: string[] = [];
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const userId = (await bourse.trader()).user.id;
        for (const { symbol, what, contracts } of steps) {
          const quantity = String(100 * contracts);
          const order = { symbol, quantity, timeInForce: 'gtc' } as const;
          try {
            if (what === 'cancel') await orders.cancelAll(userId, symbol);
            else if (what === 'exercise') {
              await bourse.app.get(OptionExercise).exercise(userId, symbol, { quantity });
            } else if (what === 'rest') {
              const limit = { type: 'limit', side: 'sell', limitPrice: '9999' } as const;
              await orders.place(userId, { ...order, ...limit });
            } else {
              const { id } = await orders.place(userId, { ...order, type: 'market', side: what });
              await execution.execute(id);
            }
          } catch (error) {
            if (!(error instanceof AppError) || error.kind !== 'unprocessable') throw error;
            refusals.push(error.code);
          }
        }
      }),
      { numRuns: 4, interruptAfterTimeLimit: 60_000 },
    );
    expect(refusals.filter((code) => code === 'trading.uncovered_option')).not.toEqual([]);
    await expectExactLedgers(bourse);
    bourse.clock.advance(expiresAtMs - bourse.clock.nowMs());
    const run = await bourse.app.get(OptionSettlement).settleDue(new AbortController().signal);
    expect(run.failed).toBe(0);
    const open = await bourse.app.get(Database).sql.execute(sql`
      select 1 from positions where quantity <> 0 and length(symbol) > 15`);
    expect(rowsOf(open)).toEqual([]);
    // With the contracts went all that stood behind them.
    const held = await bourse.app.get(Database).sql.execute(sql`
      select 1 from accounts where reserved_cash <> 0 and not exists (
        select 1 from orders where account_id = accounts.id and reserved_cash <> 0)`);
    expect(rowsOf(held)).toEqual([]);
  });

  it('never come to stand for something else: no split, no new symbol of what they are on', async () => {
    const admin = await bourse.admin();
    const [split, renamed, dividend] = [
      { kind: 'split', from: 2, to: 1, cashInLieuPrice: '1' },
      { kind: 'symbol_change', newSymbol: 'NEWJPM' },
      { kind: 'dividend', cashPerShare: '0.01' },
    ];
    let actions = 0;
    const announce = async (action: object = {}) => {
      const reference = `with-contracts-${(actions += 1)}`;
      const body = { reference, symbol: 'JPM', ...action };
      const answer = await admin.post<Problem>('/api/admin/corporate-actions', body);
      return answer.status === 201 ? 'announced' : [answer.status, answer.body.code];
    };
    const refused = [409, 'trading.contracts_open'];
    const chain = await chainOf('JPM');
    const { symbol } = contractOf(chain, 10, 'put');
    // A written one: below zero.
    await trade('sell', symbol, '100');
    const order = { symbol, type: 'limit', quantity: '100', side: 'buy', limitPrice: '0.01' };
    const { id } = await place(order);
    expect([await announce(split), await announce(renamed)]).toEqual([refused, refused]);
    expect(await announce(dividend)).toBe('announced');
    // What was refused has ended no order, and a dividend ends none.
    await until(id, 'open');
    await trader.delete(`/api/orders/${id}`);
    await trade('buy', symbol, '100');
    expect(await announce(split)).toBe('announced');
  });

  it('hold up nothing by orders alone: those end with a split, and what they held back is free', async () => {
    const admin = await bourse.admin();
    await trade('buy', 'XOM', '100');
    const chain = await chainOf('XOM');
    const [call, put] = [contractOf(chain, 20, 'call'), contractOf(chain, 10, 'put')];
    const limit = { type: 'limit', quantity: '100' };
    const writing = { ...limit, symbol: call.symbol, side: 'sell', limitPrice: '999' };
    const buying = { ...limit, symbol: put.symbol, side: 'buy', limitPrice: '0.01' };
    const other = contractOf(await chainOf('KO'), 10, 'put');
    const [written, bought, stays] = [
      await place(writing),
      await place(buying),
      await place({ ...buying, symbol: other.symbol }),
    ];
    for (const { id } of [written, bought, stays]) await until(id, 'open');
    // Nobody else has anything to do with the symbol: an order of somebody without shares of it ends too.
    const first = trader;
    trader = await bourse.trader();
    const stranger = await place(buying);
    await until(stranger.id, 'open');
    const split = { reference: 'XOM-2-for-1', kind: 'split', symbol: 'XOM', from: 1, to: 2 };
    const announced = await admin.post('/api/admin/corporate-actions', split);
    expect(announced).toMatchObject({ status: 201, body: { accounts: 2 } });
    const endOf = async (id: string) => {
      await until(id, 'cancelled');
      const { items } = await read<Page<OrderTransition>>(`/api/orders/${id}/history`);
      return items[0]?.reason;
    };
    expect(await endOf(stranger.id)).toBe('corporate_action');
    expect(await account()).toMatchObject({ cash: '100000', reservedCash: '0' });
    trader = first;
    for (const { id } of [written, bought]) expect(await endOf(id)).toBe('corporate_action');
    expect((await read<Order>(`/api/orders/${stays.id}`)).status).toBe('open');
    // The shares that stood behind the call are free: all 200 can be sold.
    expect(await positions()).toMatchObject([{ symbol: 'XOM', quantity: '200' }]);
    await trade('sell', 'XOM', '200');
  });

  describe('end with their last day', () => {
    /** How often the trader's account was worked on under its lock. */
    const turns = async (): Promise<bigint> => {
      const { rows } = (await bourse.app.get(Database).sql.execute(sql`
        select token from lock_fences where resource = (
          select 'trading.account:' || id from accounts where user_id = ${trader.user.id})`)) as {
        rows: { token: string }[];
      };
      return BigInt(rows[0]?.token ?? 0);
    };

    const settle = async () => {
      const schedule = bourse.app.get(ScheduleRegistry).find('trading.settle-options');
      const { signal } = new AbortController();
      return (await schedule?.run({ signal })) as { contracts: number; failed: number };
    };
    const over = async (chain: OptionChain): Promise<void> => {
      bourse.clock.advance(Date.parse(chain.expiresAt) - bourse.clock.nowMs());
      // By any of the processes that may do it, also by two at once.
      for (const run of await Promise.all([settle(), settle()])) expect(run.failed).toBe(0);
      expect((await settle()).contracts).toBe(0);
    };
    const lastOf = (symbol: string, { expiresAt }: OptionChain) =>
      money(bourse.app.get(QuotesService).quoteAt(symbol, Date.parse(expiresAt) - 1).last);

    it('in their turn, as they are exercised: an account is worked on by one at a time', async () => {
      const chain = await chainOf('AAPL');
      const { symbol } = contractOf(chain, 0, 'call');
      await trade('buy', symbol, '200');
      const taken = [await turns()];
      const settings = { lotMethod: 'lifo' };
      expect((await trader.patch('/api/account/settings', settings)).status).toBe(200);
      taken.push(await turns());
      const path = `/api/positions/${symbol}/exercise`;
      expect((await trader.post(path, { quantity: '100' })).status).toBe(200);
      taken.push(await turns());
      await over(chain);
      taken.push(await turns());
      expect(taken).toEqual([...new Set(taken)]);
    });

    it('bring shares to who works to sell short: that order ends when it would trade, for it would sell those', async () => {
      await trader.patch('/api/account/settings', { shortSelling: true });
      const quotes = bourse.app.get(QuotesService);
      const bidAt = (symbol: string, atMs: number) => money(quotes.quoteAt(symbol, atMs).bid);
      const { expiresAt } = await chainOf('KO');
      const expiresAtMs = Date.parse(expiresAt);
      // A price that one of these symbols has in the two weeks after, and neither now nor then: a sale waits for that.
      const hours = Array.from({ length: 336 }, (_, hour) => expiresAtMs + (hour + 1) * HOUR_MS);
      const [best] = ['KO', 'JNJ', 'XOM', 'AAPL', 'NVDA', 'AMZN', 'GOOGL', 'TSLA', 'V'].flatMap(
        (symbol) => {
          const bids = hours.map((atMs) => ({ symbol, atMs, bid: bidAt(symbol, atMs) }));
          const { atMs, bid } = bids.reduce((one, two) => (two.bid.gt(one.bid) ? two : one));
          const limitPrice = bid.times('0.9995').toFixed(2);
          const before = [bourse.clock.nowMs(), expiresAtMs].map((ms) => bidAt(symbol, ms));
          const waits = before.every((price) => price.times('1.005').lt(limitPrice));
          return waits ? [{ symbol, atMs, limitPrice }] : [];
        },
      );
      if (!best) throw new Error('no symbol gains anything in two weeks');
      const { symbol, limitPrice } = best;
      const chain = await chainOf(symbol);
      const put = contractOf(chain, 20, 'put');
      await trade('sell', put.symbol, '100');
      const sale = { symbol, side: 'sell', type: 'limit', quantity: '10', limitPrice };
      const { id } = await place(sale);
      await until(id, 'open');
      await over(chain);
      expect(await positions()).toMatchObject([{ symbol, quantity: '100' }]);
      expect((await read<Order>(`/api/orders/${id}`)).status).toBe('open');
      bourse.clock.advance(best.atMs - bourse.clock.nowMs());
      const ended = await until(id, 'rejected');
      expect(ended).toMatchObject({ rejectReason: 'trading.opposite_order', filledQuantity: '0' });
      const { items } = await read<Page<OrderTransition>>(`/api/orders/${id}/history`);
      expect(items[0]).toMatchObject({ from: 'open', to: 'rejected', reason: 'opposite_order' });
      expect(items[0]?.quote?.bid).toBeDefined();
      expect(await positions()).toMatchObject([{ symbol, quantity: '100' }]);
      expect(await account()).toMatchObject({ reservedCash: '0', collateral: '0' });
    });

    it('in shares, in cash, or in nothing', async () => {
      const aapl = await chainOf('AAPL');
      const msft = await chainOf('MSFT');
      const call = contractOf(aapl, 0, 'call');
      const worthless = contractOf(aapl, 20, 'call');
      const put = contractOf(aapl, 20, 'put');
      const dear = contractOf(msft, 0, 'call');
      for (const { symbol } of [call, worthless, put]) await trade('buy', symbol, '100');
      await trade('buy', dear.symbol, '300');
      const resting = { symbol: put.symbol, side: 'sell', type: 'limit', quantity: '100' };
      const { id } = await place({ ...resting, limitPrice: '9999' });
      const costs = new Map((await positions()).map((one) => [one.symbol, one.averageCost]));
      const cash = money((await account()).cash);
      await over(aapl);

      await until(id, 'expired');
      // The call brings 100 shares for its strike. Of 100,000 USD less is left than 300 shares of the other cost, and
      // there are no shares for the put: those two are paid out.
      const [now, then] = [lastOf('AAPL', aapl), lastOf('MSFT', msft)];
      const paidOut = put.strike.minus(now).times(100).plus(then.minus(dear.strike).times(300));
      expect((await account()).cash).toBe(
        moneyText(cash.minus(call.strike.times(100)).plus(paidOut)),
      );
      const [shares, ...others] = await positions();
      expect(others).toEqual([]);
      expect(shares).toMatchObject({ symbol: 'AAPL', quantity: '100', realizedPnl: '0' });
      const cost = call.strike.plus(costs.get(call.symbol) ?? 0);
      expect(money(shares?.averageCost ?? 0).toFixed(8)).toBe(cost.toFixed(8));
      const lastTrade = async (symbol: string) => (await tradesOf(symbol)).at(-1);
      expect(await lastTrade(worthless.symbol)).toMatchObject({ side: 'sell', price: '0.00' });
      const { items } = await read<Page<Activity>>('/api/account/activities?kind=option_expiry');
      expect(items).toHaveLength(1);
      expect(await refusal('/api/orders', { ...resting, limitPrice: '1' })).toEqual([
        422,
        'trading.unknown_symbol',
      ]);
      // Its steps say why, and by which price.
      const settled = await lastTrade(call.symbol);
      const { items: steps } = await read<Page<OrderTransition>>(
        `/api/orders/${settled?.orderId}/history`,
      );
      expect(steps.map(({ to, reason }) => [to, reason])).toEqual([
        ['filled', 'option_exercise'],
        ['accepted', 'option_exercise'],
      ]);
      expect(Date.parse(steps[0]?.quote?.asOf ?? '')).toBe(Date.parse(aapl.expiresAt) - 100);
    });

    it('in an assignment of what was written in the money', async () => {
      const chain = await chainOf('KO');
      const call = contractOf(chain, 0, 'call');
      const put = contractOf(chain, 20, 'put');
      const worthless = contractOf(chain, 20, 'call');
      await trade('buy', 'KO', '200');
      for (const { symbol } of [call, put]) await trade('sell', symbol, '100');
      // Nobody bids for it at a distance: it is written at a limit that somebody is made to pay.
      const later = { symbol: worthless.symbol, side: 'sell', type: 'limit', quantity: '100' };
      const { id } = await place({ ...later, limitPrice: '1' });
      const before = await account();
      const held = await positions();
      const costOf = (wanted: string) =>
        money(held.find(({ symbol }) => symbol === wanted)?.averageCost ?? 0);
      expect(before.reservedCash).toBe(moneyText(put.strike.times(100)));
      await over(chain);

      await until(id, 'expired');
      const after = await account();
      expect(after.reservedCash).toBe('0');
      // 100 shares go for the strike of the call, 100 come for that of the put.
      const moved = call.strike.minus(put.strike).times(100);
      expect(after.cash).toBe(moneyText(money(before.cash).plus(moved)));
      const [shares, ...others] = await positions();
      expect(others).toEqual([]);
      expect(shares).toMatchObject({ symbol: 'KO', quantity: '200' });
      // What the call brought is part of what its shares did; what the put brought makes its shares cheaper.
      const won = call.strike.plus(costOf(call.symbol)).minus(costOf('KO')).times(100);
      expect(money(shares?.realizedPnl ?? 0).toFixed(6)).toBe(won.toFixed(6));
      const average = costOf('KO').plus(put.strike).minus(costOf(put.symbol)).div(2);
      expect(money(shares?.averageCost ?? 0).toFixed(6)).toBe(average.toFixed(6));
      const kind = 'option_assignment';
      const { items } = await read<Page<Activity>>(`/api/account/activities?kind=${kind}`);
      expect(items).toHaveLength(4);
    });
  });
});
