/** What each figure needs, for who finds it null. */
const NEEDS = {
  totalReturn: 'the account was worth nothing at the start',
  cagr: 'needs 21 daily returns: a few days are not a year',
  volatility: 'needs two daily returns',
  sharpe: 'needs two daily returns that differ',
  sortino: 'needs two daily returns, one of them a loss',
  winRate: 'needs a closed trade',
  profitFactor: 'needs a closed trade that lost',
  valueAtRisk: 'needs 20 daily returns',
  expectedShortfall: 'needs 20 daily returns',
  exposure: 'the account is worth nothing',
  concentration: 'nothing is held',
} as const;

type FigureName = keyof typeof NEEDS;

/** Why those of the figures are missing that are. */
export function reasonsFor(
  figures: Readonly<Partial<Record<FigureName, number | undefined>>>,
): Record<string, string> {
  const missing = (Object.keys(figures) as FigureName[]).filter(
    (name) => figures[name] === undefined,
  );
  return Object.fromEntries(missing.map((name) => [name, NEEDS[name]]));
}
