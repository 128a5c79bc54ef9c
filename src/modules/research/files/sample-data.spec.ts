import { resolve } from 'node:path';
import { money } from '../../../kernel/money.js';
import type { Statement } from '../research.dto.js';
import type { ResearchFile } from './research-file.js';
import { readResearchFolder } from './research-folder.js';

const FOLDER = resolve(__dirname, '../sample-data');

/** Of amounts in text. */
const sum = (...amounts: (string | undefined)[]) =>
  amounts.reduce((total, amount) => total.plus(amount ?? NaN), money(0)).toFixed();
const minus = (one: string, ...others: string[]) =>
  money(one)
    .minus(sum(...others))
    .toFixed();

describe('the sample data', () => {
  let files: [string, ResearchFile][];
  const statements = (): [string, Statement][] =>
    files.flatMap(([symbol, { annual, quarterly }]) =>
      [...annual, ...quarterly].map((one): [string, Statement] => [`${symbol} ${one.period}`, one]),
    );

  beforeAll(async () => {
    files = [...(await readResearchFolder(FOLDER)).bySymbol];
  });

  it('is about fourteen companies, and none of the funds', () => {
    expect(files.map(([symbol]) => symbol)).toEqual([
      ...['AAPL', 'AMZN', 'BRK.B', 'GOOGL', 'JNJ', 'JPM', 'KO'],
      ...['META', 'MSFT', 'NVDA', 'TSLA', 'V', 'WMT', 'XOM'],
    ]);
    expect(statements()).toHaveLength(14 * 13);
  });

  it('says in each file, and in each headline, that it is invented', () => {
    for (const [, { source, note, news }] of files) {
      expect(source).toBe('sample');
      expect(note).toMatch(/invented/);
      expect(news.length).toBeGreaterThan(0);
      for (const { headline, publisher } of news) {
        expect(headline).toMatch(/^Sample: /);
        expect(publisher).toMatch(/sample/);
      }
    }
  });

  it('has income statements in which each line follows from those above, to the dollar', () => {
    for (const [name, { income }] of statements()) {
      expect({
        name,
        grossProfit: minus(income.revenue, income.costOfRevenue),
        operatingIncome: minus(income.grossProfit, income.operatingExpenses),
        pretaxIncome: sum(income.operatingIncome, income.otherIncome),
        netIncome: minus(income.pretaxIncome, income.incomeTax),
      }).toEqual({
        name,
        grossProfit: income.grossProfit,
        operatingIncome: income.operatingIncome,
        pretaxIncome: income.pretaxIncome,
        netIncome: income.netIncome,
      });
    }
  });

  it('has assets that are liabilities and equity, to the dollar', () => {
    for (const [name, { balance }] of statements()) {
      const { cash, otherCurrentAssets, nonCurrentAssets } = balance;
      const { currentLiabilities, longTermDebt, otherLiabilities } = balance;
      expect({
        name,
        assets: sum(cash, otherCurrentAssets, nonCurrentAssets),
        liabilities: sum(currentLiabilities, longTermDebt, otherLiabilities),
        both: sum(balance.totalLiabilities, balance.totalEquity),
      }).toEqual({
        name,
        assets: balance.totalAssets,
        liabilities: balance.totalLiabilities,
        both: balance.totalAssets,
      });
    }
  });

  it('has cash flows that are the change of the cash from quarter to quarter', () => {
    for (const [symbol, { quarterly }] of files) {
      const inOrder = quarterly.toSorted((a, b) => (a.period < b.period ? -1 : 1));
      inOrder.forEach(({ period, cashFlow, balance }, i) => {
        const { operating, investing, financing, netChange } = cashFlow;
        const name = `${symbol} ${period}`;
        expect([name, sum(operating, investing, financing)]).toEqual([name, netChange]);
        expect([name, minus(operating, cashFlow.capitalExpenditure)]).toEqual([
          name,
          cashFlow.freeCashFlow,
        ]);
        const before = inOrder[i - 1]?.balance.cash ?? minus(balance.cash, netChange);
        expect([name, sum(before, netChange)]).toEqual([name, balance.cash]);
      });
    }
  });

  it('has years that are the sum of their quarters, and end as their last one does', () => {
    for (const [symbol, { annual, quarterly }] of files) {
      expect(annual.map(({ period }) => period).sort()).toEqual(['2024', '2025']);
      for (const year of annual) {
        const four = [1, 2, 3, 4].map((quarter) =>
          quarterly.find(({ period }) => period === `${year.period}-Q${quarter}`),
        );
        for (const part of ['income', 'cashFlow'] as const) {
          for (const [line, amount] of Object.entries<string>(year[part])) {
            const ofQuarters = four.map((one) => (one?.[part] as Record<string, string>)[line]);
            const name = `${symbol} ${year.period} ${line}`;
            expect([name, sum(...ofQuarters)]).toEqual([name, amount]);
          }
        }
        expect(four[3]?.balance).toEqual(year.balance);
      }
    }
  });
});
