import { sql } from 'drizzle-orm';
import { Database } from '../../src/database/index.js';
import { money, moneyText } from '../../src/kernel/money.js';
import type { Page } from '../../src/kernel/page.js';
import {
  QuotesService,
  type OptionChain,
  type Quote,
} from '../../src/modules/market-data/index.js';
import {
  LedgerVerifier,
  type Account,
  type Order,
  type Trade,
  type ValuedPosition,
} from '../../src/modules/trading/index.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { BACKENDS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';

/** All of it comes from one trader at one address. */
const RATE_LIMITS = [
  'auth.register',
  'auth.login',
  'orders.place',
  'orders.place-ip',
  'api.anonymous',
  'api.signed-in',
]
  .map((name) => `${name}=1000000/1m`)
  .join();
const LATER = { timeoutMs: 40_000 };
const HOUR_MS = 3_600_000;

jest.setTimeout(120_000);

describe.each(BACKENDS)('options on $name', (backend) => {
  let bourse: Bourse;
  let trader: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(backend, {
      MARKET_TICK_MS: '100',
      SESSION_IDLE_MS: '2000000000',
      SESSION_ABSOLUTE_MS: '2000000000',
      RATE_LIMITS,
    });
  });
  afterAll(() => bourse.close());
  beforeEach(async () => {
    trader = await bourse.trader();
  });
  /** Whatever the test did: every figure of every account follows from its journal. */
  afterEach(async () => {
    for await (const { differences } of bourse.app.get(LedgerVerifier).verify()) {
      expect(differences).toEqual([]);
    }
  });

  const read = async <Body>(path: string): Promise<Body> => {
    const answer = await trader.get<Body>(path);
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const place = async (body: object): Promise<Order> => {
    const answer = await trader.post<Order>('/api/orders', body);
    expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
    return answer.body;
  };
  const refusal = async (path: string, body: object) => {
    const { status, body: problem } = await trader.post<Problem>(path, body);
    return [status, problem.code];
  };
  const account = () => read<Account>('/api/account');
  const positions = async () => (await read<Page<ValuedPosition>>('/api/positions')).items;
  const until = (id: string, status: Order['status']): Promise<Order> =>
    eventually(async () => {
      const found = await read<Order>(`/api/orders/${id}`);
      expect(found.status).toBe(status);
      return found;
    }, LATER);
  const tradesOf = async (symbol: string): Promise<Trade[]> => {
    const { items } = await read<Page<Trade>>('/api/trades?limit=200');
    return items.filter((trade) => trade.symbol === symbol).reverse();
  };
  const trade = async (side: 'buy' | 'sell', symbol: string, quantity: string) => {
    const { id } = await place({ symbol, side, type: 'market', quantity });
    return until(id, 'filled');
  };
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
});
