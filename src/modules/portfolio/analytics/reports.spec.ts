import { money } from '../../../kernel/money.js';
import type { PortfolioSummary } from '../portfolio.dto.js';
import type { EquityPoint } from '../equity/equity-series.js';
import { reportPerformance } from './performance-report.js';
import { reportRisk } from './risk-report.js';
import { addTrade, NO_TRADES } from './trade-figures.js';

const at = (day: number, equity: string): EquityPoint => ({
  atMs: Date.UTC(2026, 0, day),
  cash: equity,
  positionsValue: '0',
  equity,
  contributed: '100000',
});
const asOf = '2026-01-09T00:00:00.000Z';

describe('reportPerformance', () => {
  it('measures the end against the start, and the days between', () => {
    const trades = addTrade(addTrade(NO_TRADES, money('3000')), money('-1000'));
    const closes = [at(6, '110000'), at(7, '99000'), at(8, '102000')];
    const report = reportPerformance('1W', at(5, '100000'), closes, trades, asOf);
    expect(report).toMatchObject({
      from: '2026-01-05T00:00:00.000Z',
      startEquity: '100000',
      endEquity: '102000',
      profit: '2000',
      totalReturn: 0.02,
      dailyReturns: 3,
      closedTrades: 2,
      winRate: 0.5,
      profitFactor: 3,
      grossProfit: '3000',
      grossLoss: '1000',
      realizedPnl: '2000',
    });
    expect(report.maxDrawdown).toBeCloseTo(-0.1, 12);
    expect(report.sharpe).toBeGreaterThan(0);
    expect(Object.keys(report.reasons)).toEqual(['cagr']);
  });

  it('says what is missing of an account that has just been opened', () => {
    const report = reportPerformance('ALL', at(5, '100000'), [at(5, '100000')], NO_TRADES, asOf);
    expect(report).toMatchObject({ totalReturn: 0, profit: '0', maxDrawdown: 0, dailyReturns: 1 });
    const missing = ['cagr', 'volatility', 'sharpe', 'sortino', 'winRate', 'profitFactor'] as const;
    for (const figure of missing) {
      expect(report[figure]).toBeNull();
      expect(report.reasons[figure]).toEqual(expect.any(String));
    }
  });

  it('makes a year of a month of days', () => {
    const closes = Array.from({ length: 21 }, (_, index) => at(index + 6, String(101 + index)));
    const report = reportPerformance('1M', at(5, '100'), closes, NO_TRADES, asOf);
    expect(report.cagr).toBeCloseTo(1.21 ** 12 - 1, 10);
  });
});

describe('reportRisk', () => {
  const position = (symbol: string, marketValue: string | null) => ({
    symbol,
    quantity: '10',
    averageCost: '100.00',
    price: marketValue === null ? null : '1',
    marketValue,
    unrealizedPnl: null,
    realizedPnl: '0',
    asOf: null,
  });
  const summary = (overrides: Partial<PortfolioSummary>): PortfolioSummary => ({
    currency: 'USD',
    cash: '6000',
    positionsValue: '4000',
    equity: '10000',
    contributed: '10000',
    unrealizedPnl: '0',
    realizedPnl: '0',
    totalReturn: '0',
    positions: [position('GONE', null), position('AAPL', '3000')],
    unpriced: ['GONE'],
    asOf,
    ...overrides,
  });

  it('tells what is exposed, and how it is spread', () => {
    expect(reportRisk(summary({}), [])).toMatchObject({
      exposure: { amount: '4000', share: 0.4, net: '4000' },
      concentration: {
        weights: [
          { symbol: 'AAPL', share: 0.75 },
          { symbol: 'GONE', share: 0.25 },
        ],
        herfindahl: 0.625,
      },
      unpriced: ['GONE'],
    });
  });

  it('weighs long and short positions by what they are worth together, not by what is left of one less the other', () => {
    // Long 6,000, short 2,000 at the quote and 10 × 100 at cost: 9,000 gross, 3,000 net, of an equity of 12,000.
    const positions = [
      position('KO', '-2000'),
      { ...position('GONE', null), quantity: '-10' },
      position('AAPL', '6000'),
    ];
    const hedged = summary({ positions, positionsValue: '3000', cash: '9000', equity: '12000' });
    const { exposure, concentration } = reportRisk(hedged, []);
    expect(exposure).toEqual({ amount: '9000', share: 0.75, net: '3000' });
    expect(concentration.weights.map(({ symbol }) => symbol)).toEqual(['AAPL', 'KO', 'GONE']);
    const [aapl, ko, gone] = concentration.weights.map(({ share }) => share);
    expect(aapl).toBeCloseTo(6 / 9, 12);
    expect(ko).toBeCloseTo(-2 / 9, 12);
    expect(gone).toBeCloseTo(-1 / 9, 12);
    // (36 + 4 + 1) / 81.
    expect(concentration.herfindahl).toBeCloseTo(41 / 81, 12);
    // As much short as long: nothing is left net, and all of it is exposed.
    const even = [position('KO', '-4000'), position('AAPL', '4000')];
    const report = reportRisk(summary({ positions: even, positionsValue: '0' }), []);
    expect(report.exposure).toEqual({ amount: '8000', share: 0.8, net: '0' });
    expect(report.concentration.weights.map(({ share }) => share)).toEqual([-0.5, 0.5]);
    expect(report.concentration.herfindahl).toBe(0.5);
  });

  it('turns the tail of the returns into dollars', () => {
    const returns = Array.from({ length: 101 }, (_, index) => (50 - index) / 1_000);
    const report = reportRisk(summary({}), returns);
    expect(report.valueAtRisk.dailyReturn).toBeCloseTo(-0.045, 12);
    expect(money(report.valueAtRisk.amount ?? 0).toNumber()).toBeCloseTo(-450, 8);
    expect(money(report.expectedShortfall.amount ?? 0).toNumber()).toBeCloseTo(-475, 8);
    expect(report.reasons).toEqual({});
  });

  it('says what is missing of an account that holds nothing', () => {
    const report = reportRisk(summary({ positions: [], positionsValue: '0', unpriced: [] }), [0.1]);
    expect(report.concentration).toEqual({ weights: [], herfindahl: null });
    expect(report.valueAtRisk).toEqual({ confidence: 0.95, dailyReturn: null, amount: null });
    expect(Object.keys(report.reasons)).toEqual([
      'volatility',
      'valueAtRisk',
      'expectedShortfall',
      'concentration',
    ]);
  });
});
