import { money } from '../../../kernel/money.js';
import type { Quote } from '../../market-data/index.js';
import type { CompanyStatements, Provenance } from '../research.provider.js';
import type { Analysis, UsedFigure } from './analysis.dto.js';
import { fundamentalsOf, priceEarnings, type Fundamentals } from './fundamentals.js';
import { technicalsOf, type Bar } from './indicators.js';
import { rate, type FigureName, type Figures, type Horizon } from './rating.js';

const RULE_NOTE =
  'Computed by a fixed rule from the figures listed and nothing else: no forecast, no advice.';
const FIGURE_DECIMALS = 6;

/** Daily bars of one symbol, as the market gives them. */
export interface BarHistory {
  /** Oldest first; complete ones alone. */
  readonly bars: readonly Bar[];
  readonly source: string;
  /** ISO 8601: when the last of them ended. */
  readonly asOf: string;
}

export interface AnalysisInput {
  readonly symbol: string;
  readonly horizon: Horizon;
  /** undefined: there is no complete bar. */
  readonly history: BarHistory | undefined;
  readonly quote: Quote;
  /** undefined: nothing is known of the company. */
  readonly company: CompanyStatements | undefined;
  readonly nowMs: number;
}

type Origin = Pick<UsedFigure, 'source' | 'basis' | 'asOf'>;

/**
 * Rates an instrument on a horizon and lists every figure that the rating used, with its source and time.
 * @returns undefined when there are too few figures for a rating ({@link rate})
 */
export function analyse(input: AnalysisInput): Analysis | undefined {
  const { symbol, horizon, history, quote, company, nowMs } = input;
  const asOf = new Date(nowMs).toISOString();
  const fundamentals = company && fundamentalsOf(company, asOf.slice(0, 10));
  const figures = {
    ...(history && technicalsOf(history.bars)),
    ...(fundamentals && ratiosOf(fundamentals)),
    ...priceFigures(quote, company, fundamentals),
  };
  const rating = rate(horizon, figures);
  if (rating === undefined) return undefined;

  const names = [...new Set(rating.signals.flatMap((signal) => signal.figures))];
  const used = names.flatMap((name) => {
    const value = figures[name];
    if (value === undefined) return [];
    return [
      { name, value: decimal(value), unit: UNITS[name], ...originOf(name, input, fundamentals) },
    ];
  });
  const statements = used.some(({ name }) => isOf(STATEMENT_FIGURES, name)) ? company : undefined;
  return {
    symbol,
    horizon,
    ...{ rating: rating.rating, score: decimal(rating.score) },
    signals: rating.signals.map((signal) => ({
      ...signal,
      weight: decimal(signal.weight),
      figures: [...signal.figures],
    })),
    missing: [...rating.missing],
    figures: used,
    sources: sourcesOf(used, input, statements),
    asOf,
    note: statements?.note ? `${RULE_NOTE} ${statements.note}` : RULE_NOTE,
  };
}

const STATEMENT_FIGURES = [
  'revenueGrowth',
  'netMargin',
  'leverage',
  'earningsPerShare',
  'priceEarnings',
] as const satisfies readonly FigureName[];
const QUOTE_FIGURES = ['price', 'priceEarnings'] as const satisfies readonly FigureName[];

const UNITS: Readonly<Record<FigureName, UsedFigure['unit']>> = {
  close: 'USD',
  rsi14: 'points',
  macd: 'USD',
  macdSignal: 'USD',
  macdHistogram: 'USD',
  atr14: 'USD',
  sma20: 'USD',
  sma50: 'USD',
  sma200: 'USD',
  price: 'USD',
  revenueGrowth: 'ratio',
  netMargin: 'ratio',
  leverage: 'ratio',
  earningsPerShare: 'USD',
  priceEarnings: 'ratio',
};

function ratiosOf(fundamentals: Fundamentals): Figures {
  const { revenueGrowth, netMargin, leverage, earningsPerShare } = fundamentals;
  const ratios = { revenueGrowth, netMargin, leverage, earningsPerShare };
  return Object.fromEntries(Object.entries(ratios).filter(([, value]) => value !== undefined));
}

function priceFigures(
  { last }: Quote,
  company: CompanyStatements | undefined,
  fundamentals: Fundamentals | undefined,
): Figures {
  const price = Number(last);
  const earnings = fundamentals?.earningsPerShare;
  // Quotes are in USD: earnings in another currency cannot be compared with them.
  const multiple =
    earnings !== undefined && company?.currency === 'USD'
      ? priceEarnings(price, earnings)
      : undefined;
  return { price, ...(multiple !== undefined && { priceEarnings: multiple }) };
}

function originOf(
  name: FigureName,
  { history, quote, company }: AnalysisInput,
  fundamentals: Fundamentals | undefined,
): Origin {
  if (name === 'price') return { source: quote.source, basis: 'quote', asOf: quote.asOf };
  if (isOf(STATEMENT_FIGURES, name)) {
    const basis = fundamentals?.basis.join(', ') ?? '';
    const source = company?.source ?? '';
    return name === 'priceEarnings'
      ? { source: `${quote.source}, ${source}`, basis: `quote and ${basis}`, asOf: quote.asOf }
      : { source, basis, asOf: `${fundamentals?.reportedOn}T00:00:00.000Z` };
  }
  const { source = '', asOf = '', bars = [] } = history ?? {};
  return { source, basis: `${bars.length} daily bars`, asOf };
}

/** Where the figures used come from, each once. */
function sourcesOf(
  used: readonly { readonly name: FigureName }[],
  { history, quote }: AnalysisInput,
  statements: CompanyStatements | undefined,
): Provenance[] {
  const usesQuote = used.some(({ name }) => isOf(QUOTE_FIGURES, name));
  return [
    ...(history ? [{ source: history.source, note: 'daily bars', asOf: history.asOf }] : []),
    ...(usesQuote ? [{ source: quote.source, note: 'quote', asOf: quote.asOf }] : []),
    ...(statements
      ? [{ source: statements.source, note: statements.note, asOf: statements.asOf }]
      : []),
  ];
}

function isOf(names: readonly FigureName[], name: FigureName): boolean {
  return names.includes(name);
}

function decimal(value: number): string {
  return money(value).toDecimalPlaces(FIGURE_DECIMALS).toFixed();
}
