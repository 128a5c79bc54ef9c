import { sql } from 'drizzle-orm';
import { Database, Outbox } from '../../src/database/index.js';
import { DAY_MS } from '../../src/kernel/duration.js';
import { newId } from '../../src/kernel/ids.js';
import { money, moneyText } from '../../src/kernel/money.js';
import { TradesImported } from '../../src/modules/journal/journal.events.js';
import type { Performance, PortfolioSummary, Risk } from '../../src/modules/portfolio/index.js';
import type { Account, Order } from '../../src/modules/trading/index.js';
import { eventually } from '../support/eventually.js';
import type { ApiClient, Problem } from './support/api-client.js';
import { SERVERS } from './support/backends.js';
import { startBourse, type Bourse } from './support/bourse.js';

// Source: quantopian/empyrical, tests/test_stats.py, `mixed_returns`.
const PUBLISHED_PERCENT = [1, 10, -4, 2, 3, 2, 1, -10];
const PUBLISHED = { sharpe: 1.7238613961706866, sortino: 2.605531251673693, maxDrawdown: -0.1 };

describe.each(SERVERS)('analytics on $name', (kind) => {
  let bourse: Bourse;
  let trader: ApiClient;

  beforeAll(async () => {
    bourse = await startBourse(kind, { MARKET_TICK_MS: '100' });
  });
  afterAll(() => bourse.close());
  beforeEach(async () => {
    trader = await bourse.trader();
  });

  const read = async <Body>(path: string): Promise<Body> => {
    const answer = await trader.get<Body>(path);
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const performance = (timeframe = 'ALL') =>
    read<Performance>(`/api/analytics/performance?timeframe=${timeframe}`);
  const risk = () => read<Risk>('/api/analytics/risk');
  const trade = async (side: 'buy' | 'sell', symbol: string, quantity: string): Promise<void> => {
    const body = { symbol, side, type: 'market', quantity };
    const placed = await trader.post<Order>('/api/orders', body);
    await eventually(
      async () => {
        const order = await read<Order>(`/api/orders/${placed.body.id}`);
        expect(order.status).toBe('filled');
      },
      { timeoutMs: 10_000 },
    );
  };

  it('says of a new account what cannot be said yet, and why', async () => {
    const report = await performance();
    expect(report).toMatchObject({
      startEquity: '100000',
      endEquity: '100000',
      profit: '0',
      totalReturn: 0,
      maxDrawdown: 0,
      sharpe: null,
      winRate: null,
      closedTrades: 0,
    });
    expect(report.reasons).toMatchObject({
      sharpe: expect.any(String) as string,
      winRate: 'needs a closed trade',
    });
    const risks = await risk();
    expect(risks).toMatchObject({
      exposure: { amount: '0', share: 0 },
      concentration: { weights: [], herfindahl: null },
      valueAtRisk: { confidence: 0.95, dailyReturn: null, amount: null },
    });
    expect(risks.reasons['valueAtRisk']).toBe('needs 20 daily returns');
  });

  it('counts closed trades; with what is open they are all that the equity gained', async () => {
    await trade('buy', 'AAPL', '7');
    await trade('sell', 'AAPL', '3');
    await trade('buy', 'MSFT', '2');
    await trade('sell', 'MSFT', '2');
    // A figure from before the last fill may be on its way still.
    const report = await eventually(async () => {
      const answer = await performance();
      expect(answer.closedTrades).toBe(2);
      return answer;
    });
    const summary = await read<PortfolioSummary>('/api/portfolio/summary');
    expect(report.realizedPnl).toBe(summary.realizedPnl);
    const { grossProfit, grossLoss, realizedPnl, profit, endEquity, startEquity } = report;
    expect(money(grossProfit).minus(grossLoss).toString()).toBe(realizedPnl);
    expect(money(endEquity).minus(startEquity).toString()).toBe(profit);
    // What remains is what the four shares would win: between their quotes of two moments.
    const open = money(profit).minus(realizedPnl);
    const [held] = summary.positions;
    expect(summary.positions).toHaveLength(1);
    expect(
      open
        .minus(held?.unrealizedPnl ?? 0)
        .abs()
        .lt(4),
    ).toBe(true);
    const won = [grossProfit].filter((amount) => !money(amount).isZero()).length;
    expect(report.winRate === 0).toBe(won === 0);
    expect(report.profitFactor === null).toBe(money(grossLoss).isZero());
  });

  it('meets the published figures with the published returns', async () => {
    const account = await read<Account>('/api/account');
    const connection = bourse.app.get(Database).sql;
    const today = Math.floor(bourse.clock.nowMs() / DAY_MS);
    // The weekdays before the one that this moment belongs to.
    const weekday = (day: number) => new Date(day * DAY_MS).getUTCDay();
    let day = today;
    while ([0, 6].includes(weekday(day))) day += 1;
    const days: number[] = [];
    while (days.length < PUBLISHED_PERCENT.length - 1) {
      day -= 1;
      if (![0, 6].includes(weekday(day))) days.unshift(day);
    }
    let equity = money(100_000);
    const levels = PUBLISHED_PERCENT.map((percent) => {
      equity = equity.times(money(percent).div(100).plus(1));
      return moneyText(equity);
    });
    const openedAt = new Date(((days[0] ?? 0) - 1) * DAY_MS).toISOString();
    await connection.execute(
      sql`update accounts set created_at = ${openedAt}, cash = ${levels.at(-1) ?? '0'} where id = ${account.id}`,
    );
    for (const [index, at] of days.entries()) {
      // In the morning at some other worth, in the evening at the one that counts.
      for (const [hour, worth] of [[9, '1'] as const, [21, levels[index] ?? '0'] as const]) {
        const slotAt = new Date(at * DAY_MS + hour * 3_600_000).toISOString();
        await connection.execute(
          sql`insert into equity_points values (${account.id}, ${slotAt}, ${slotAt}, ${worth}, 0, ${worth}, 100000)`,
        );
      }
    }
    const report = await performance();
    expect(report.dailyReturns).toBe(8);
    expect(report.sharpe).toBeCloseTo(PUBLISHED.sharpe, 9);
    expect(report.sortino).toBeCloseTo(PUBLISHED.sortino, 9);
    expect(report.maxDrawdown).toBeCloseTo(PUBLISHED.maxDrawdown, 12);
    expect(report.endEquity).toBe(levels.at(-1));
    expect(report.cagr).toBeNull();
    const risks = await risk();
    expect(risks).toMatchObject({ dailyReturns: 8, volatility: report.volatility });
    expect(risks.maxDrawdown).toBeCloseTo(PUBLISHED.maxDrawdown, 12);
  });

  it('computes once, until a fill or an import', async () => {
    const first = await performance('1W');
    const firstRisk = await risk();
    expect(await performance('1W')).toEqual(first);
    expect(await risk()).toEqual(firstRisk);
    // Each timeframe for itself.
    expect((await performance('1Y')).timeframe).toBe('1Y');

    await trade('buy', 'AAPL', '1');
    const second = await eventually(async () => {
      const answer = await performance('1W');
      expect(answer.asOf > first.asOf).toBe(true);
      return answer;
    });
    await eventually(async () => expect((await risk()).concentration.herfindahl).toBe(1));
    expect(await performance('1W')).toEqual(second);

    const payload = { userId: trader.user.id, importId: newId(), imported: 1 };
    await bourse.app
      .get(Database)
      .transaction((transaction) =>
        bourse.app.get(Outbox).publish(transaction, TradesImported, payload),
      );
    await eventually(async () => {
      expect((await performance('1W')).asOf > second.asOf).toBe(true);
    });
  });

  it('tells what is exposed, and how it is spread', async () => {
    await trade('buy', 'AAPL', '30');
    await trade('buy', 'MSFT', '10');
    const { exposure, concentration, equity } = await eventually(async () => {
      const answer = await risk();
      expect(answer.concentration.weights).toHaveLength(2);
      return answer;
    });
    expect(exposure.share).toBeCloseTo(money(exposure.amount).div(equity).toNumber(), 12);
    const shares = concentration.weights.map(({ share }) => share);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(shares).toEqual([...shares].sort((one, other) => other - one));
    const squares = shares.reduce((sum, share) => sum + share * share, 0);
    expect(concentration.herfindahl).toBeCloseTo(squares, 12);
  });

  it('refuses what is no timeframe, and who is not signed in', async () => {
    for (const timeframe of ['', '2W', 'all', 'ALL%00', '__proto__']) {
      const path = `/api/analytics/performance?timeframe=${timeframe}`;
      const answer = await trader.get<Problem>(path);
      expect([answer.status, answer.body.code]).toEqual([400, 'request.invalid']);
    }
    expect((await trader.get('/api/analytics/performance')).status).toBe(200);
    for (const path of ['/api/analytics/performance', '/api/analytics/risk']) {
      expect((await bourse.client().get(path)).status).toBe(401);
    }
  });
});
