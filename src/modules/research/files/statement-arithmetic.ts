import { money, type Money } from '../../../kernel/money.js';
import type { Statement } from '../research.dto.js';

/** Published figures are rounded one by one: sums may miss by one part in a thousand. */
const ROUNDING = 0.001;

/** @returns what does not add up within a statement; undefined: all does. */
export function findBrokenSum({ income, balance, cashFlow }: Statement): string | undefined {
  const sums: readonly [string, string, readonly string[]][] = [
    ['grossProfit', income.grossProfit, [income.revenue, minus(income.costOfRevenue)]],
    [
      'operatingIncome',
      income.operatingIncome,
      [income.grossProfit, minus(income.operatingExpenses)],
    ],
    ['pretaxIncome', income.pretaxIncome, [income.operatingIncome, income.otherIncome]],
    ['netIncome', income.netIncome, [income.pretaxIncome, minus(income.incomeTax)]],
    [
      'totalAssets',
      balance.totalAssets,
      [balance.cash, balance.otherCurrentAssets, balance.nonCurrentAssets],
    ],
    [
      'totalLiabilities',
      balance.totalLiabilities,
      [balance.currentLiabilities, balance.longTermDebt, balance.otherLiabilities],
    ],
    ['totalEquity', balance.totalEquity, [balance.totalAssets, minus(balance.totalLiabilities)]],
    [
      'freeCashFlow',
      cashFlow.freeCashFlow,
      [cashFlow.operating, minus(cashFlow.capitalExpenditure)],
    ],
    ['netChange', cashFlow.netChange, [cashFlow.operating, cashFlow.investing, cashFlow.financing]],
  ];
  const broken = sums.find(([, stated, parts]) => !addsUp(stated, parts));
  return broken && `${broken[0]} is not the sum of its parts`;
}

/** @returns what the four quarters of a year do not add up to; undefined: all does, or one is missing. */
export function findBrokenYear(
  year: Statement,
  quarterly: readonly Statement[],
): string | undefined {
  const quarters = quarterly.filter(({ period }) => period.startsWith(`${year.period}-Q`));
  if (quarters.length < 4) return undefined;
  const flows = [
    ...Object.keys(year.income).map((line) => [line, year.income, 'income'] as const),
    ...Object.keys(year.cashFlow).map((line) => [line, year.cashFlow, 'cashFlow'] as const),
  ];
  for (const [line, lines, part] of flows) {
    const ofQuarters = quarters.map((quarter) => amountOf(quarter[part], line));
    if (!addsUp(amountOf(lines, line), ofQuarters)) {
      return `${part}.${line} of ${year.period} is not the sum of its quarters`;
    }
  }
  return undefined;
}

function addsUp(stated: string, parts: readonly string[]): boolean {
  const sum = parts.reduce<Money>((total, part) => total.plus(part), money(0));
  // Against the largest part: the difference of two large figures may well be small.
  const size = parts.reduce<Money>((most, part) => maximum(most, money(part).abs()), money(0));
  return sum.minus(stated).abs().lessThanOrEqualTo(size.times(ROUNDING));
}

function maximum(one: Money, other: Money): Money {
  return one.greaterThan(other) ? one : other;
}

function minus(amount: string): string {
  return money(amount).negated().toFixed();
}

function amountOf(lines: Readonly<Record<string, string>>, line: string): string {
  return lines[line] ?? '0';
}
