import { money, type Money } from '../../../kernel/money.js';
import type { Statement } from '../research.dto.js';

/** Ratios as fractions: 0.12 is 12 %. A ratio that the statements do not give is missing. */
export interface Fundamentals {
  /** The statements behind the flows, newest first: four quarters, or one year. */
  readonly basis: readonly string[];
  /** When the newest of them became known, `YYYY-MM-DD`. */
  readonly reportedOn: string;
  /** Revenue of the basis against that of the same length a year before, less one. */
  readonly revenueGrowth?: number;
  readonly operatingMargin?: number;
  readonly netMargin?: number;
  /** Total liabilities to total assets at the end of the basis; above 1 there is no equity. */
  readonly leverage?: number;
  /** Net income of the basis per diluted share of the newest statement. */
  readonly earningsPerShare?: number;
}

interface Statements {
  readonly annual: readonly Statement[];
  readonly quarterly: readonly Statement[];
}

/**
 * The last twelve months: four quarters in a row, else the newest year.
 * @param onDate `YYYY-MM-DD`: what was reported later is not known yet
 * @returns undefined when nothing was reported
 */
export function fundamentalsOf(all: Statements, onDate: string): Fundamentals | undefined {
  const known = (list: readonly Statement[]) =>
    list
      .filter(({ reportedOn }) => reportedOn <= onDate)
      .toSorted((a, b) => (a.period < b.period ? 1 : -1));
  const quarterly = known(all.quarterly);
  const annual = known(all.annual);
  const quarters = inARow(quarterly, 0);
  const basis = quarters ?? annual.slice(0, 1);
  const before = quarters ? inARow(quarterly, 4) : annual.slice(1, 2);
  const newest = basis[0];
  if (newest === undefined) return undefined;

  const sum = (list: readonly Statement[], line: 'revenue' | 'operatingIncome' | 'netIncome') =>
    list.reduce<Money>((total, { income }) => total.plus(income[line]), money(0));
  const revenue = sum(basis, 'revenue');
  const netIncome = sum(basis, 'netIncome');
  return {
    basis: basis.map(({ period }) => period),
    reportedOn: newest.reportedOn,
    ...ratio(
      'revenueGrowth',
      before && revenue.minus(sum(before, 'revenue')),
      before && sum(before, 'revenue'),
    ),
    ...ratio('operatingMargin', sum(basis, 'operatingIncome'), revenue),
    ...ratio('netMargin', netIncome, revenue),
    ...ratio('leverage', money(newest.balance.totalLiabilities), money(newest.balance.totalAssets)),
    ...ratio('earningsPerShare', netIncome, money(newest.dilutedShares)),
  };
}

/** Price to earnings; undefined without a profit: the ratio of a loss says nothing. */
export function priceEarnings(price: number, earningsPerShare: number): number | undefined {
  return earningsPerShare > 0 ? price / earningsPerShare : undefined;
}

/** Net income per diluted share, four decimals; null where no shares are given. */
export function dilutedEps({ income, dilutedShares }: Statement): string | null {
  const shares = money(dilutedShares);
  return shares.isZero() ? null : money(income.netIncome).div(shares).toDecimalPlaces(4).toFixed();
}

/** Four quarters from the given place on, when none between them is missing. */
function inARow(quarterly: readonly Statement[], from: number): Statement[] | undefined {
  const four = quarterly.slice(from, from + 4);
  const [first, last] = [quarterly[0], four.at(-1)];
  if (four.length < 4 || first === undefined || last === undefined) return undefined;
  return quarterNumber(first) - quarterNumber(last) === from + 3 ? four : undefined;
}

function quarterNumber({ period }: Statement): number {
  return Number(period.slice(0, 4)) * 4 + Number(period.slice(-1));
}

function ratio<Name extends string>(
  name: Name,
  part: Money | undefined,
  whole: Money | undefined,
): Partial<Record<Name, number>> {
  if (part === undefined || whole === undefined || whole.lessThanOrEqualTo(0)) return {};
  return { [name]: part.div(whole).toNumber() } as Record<Name, number>;
}
