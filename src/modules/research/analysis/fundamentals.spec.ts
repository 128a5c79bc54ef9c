import type { Statement } from '../research.dto.js';
import { dilutedEps, fundamentalsOf, priceEarnings } from './fundamentals.js';

const statement = (
  period: string,
  revenue: number,
  { netIncome = revenue / 10, reportedOn = '2025-01-01', assets = 100, liabilities = 40 } = {},
): Statement => ({
  period,
  endsOn: '2024-12-31',
  reportedOn,
  income: {
    revenue: String(revenue),
    costOfRevenue: '0',
    grossProfit: String(revenue),
    operatingExpenses: '0',
    operatingIncome: String(revenue / 5),
    otherIncome: '0',
    pretaxIncome: String(netIncome),
    incomeTax: '0',
    netIncome: String(netIncome),
  },
  balance: {
    cash: '0',
    otherCurrentAssets: '0',
    nonCurrentAssets: String(assets),
    totalAssets: String(assets),
    currentLiabilities: String(liabilities),
    longTermDebt: '0',
    otherLiabilities: '0',
    totalLiabilities: String(liabilities),
    totalEquity: String(assets - liabilities),
  },
  cashFlow: {
    ...{ operating: '0', capitalExpenditure: '0', freeCashFlow: '0' },
    ...{ investing: '0', financing: '0', netChange: '0' },
  },
  dilutedShares: '10',
});

const quarters = (...revenues: number[]) =>
  revenues.map((revenue, i) => statement(`${2023 + Math.floor(i / 4)}-Q${(i % 4) + 1}`, revenue));
const TODAY = '2026-01-05';

describe('fundamentals', () => {
  it('are of the last four quarters, against the four before', () => {
    const quarterly = quarters(10, 10, 10, 10, 20, 10, 10, 10);
    expect(fundamentalsOf({ annual: [], quarterly }, TODAY)).toEqual({
      basis: ['2024-Q4', '2024-Q3', '2024-Q2', '2024-Q1'],
      reportedOn: '2025-01-01',
      revenueGrowth: 0.25,
      operatingMargin: 0.2,
      netMargin: 0.1,
      leverage: 0.4,
      earningsPerShare: 0.5,
    });
  });

  it('are of years where a quarter is missing', () => {
    const quarterly = quarters(10, 10, 10, 10, 20, 10, 10, 10).filter(
      ({ period }) => period !== '2024-Q2',
    );
    const annual = [statement('2024', 60), statement('2023', 50)];
    expect(fundamentalsOf({ annual, quarterly }, TODAY)).toMatchObject({
      basis: ['2024'],
      revenueGrowth: 0.2,
    });
  });

  it('know nothing that is reported later', () => {
    const annual = [
      statement('2025', 90, { reportedOn: '2026-01-06' }),
      statement('2024', 60, { reportedOn: '2026-01-05' }),
    ];
    const found = fundamentalsOf({ annual, quarterly: [] }, TODAY);
    expect(found).toMatchObject({ basis: ['2024'], reportedOn: '2026-01-05' });
    expect(found).not.toHaveProperty('revenueGrowth');
    expect(fundamentalsOf({ annual, quarterly: [] }, '2020-01-01')).toBeUndefined();
  });

  it('have no ratio to what is not there', () => {
    const annual = [statement('2024', 0, { netIncome: -5, assets: 0, liabilities: 0 })];
    expect(fundamentalsOf({ annual, quarterly: [] }, TODAY)).toEqual({
      basis: ['2024'],
      reportedOn: '2025-01-01',
      earningsPerShare: -0.5,
    });
  });

  it('give a price its multiple only where there is a profit', () => {
    expect(priceEarnings(100, 5)).toBe(20);
    expect(priceEarnings(100, 0)).toBeUndefined();
    expect(priceEarnings(100, -5)).toBeUndefined();
  });

  it('give no earnings per share where no shares are given', () => {
    expect(dilutedEps(statement('2024', 100))).toBe('1');
    expect(dilutedEps({ ...statement('2024', 100), dilutedShares: '3' })).toBe('3.3333');
    expect(dilutedEps({ ...statement('2024', 100), dilutedShares: '0' })).toBeNull();
  });
});
