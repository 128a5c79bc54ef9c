import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseResearchFile } from '../files/research-file.js';
import { analyse, type AnalysisInput } from './analyse.js';

const company = parseResearchFile(
  readFileSync(resolve(__dirname, '../sample-data/KO.json'), 'utf8'),
);
const QUOTED_AT = '2026-11-20T15:00:00.000Z';
const BARS_END = '2026-11-20T00:00:00.000Z';
const bars = Array.from({ length: 220 }, (_, i) => {
  const close = 60 + i / 50;
  return { high: close + 1, low: close - 1, close };
});
const input = (change: Partial<AnalysisInput> = {}): AnalysisInput => ({
  symbol: 'KO',
  horizon: 'long',
  history: { bars, source: 'simulated', asOf: BARS_END },
  quote: {
    ...{ symbol: 'KO', bid: '64.49', ask: '64.51', last: '64.50' },
    ...{ asOf: QUOTED_AT, source: 'simulated' as const },
  },
  company,
  nowMs: Date.parse(QUOTED_AT),
  ...change,
});
const figureOf = (name: string, change: Partial<AnalysisInput> = {}) =>
  analyse(input(change))?.figures.find((figure) => figure.name === name);

describe('an analysis', () => {
  it('says of each figure where it comes from and of when it is', () => {
    const quarters = '2026-Q3, 2026-Q2, 2026-Q1, 2025-Q4';
    expect(figureOf('sma200')).toEqual({
      name: 'sma200',
      value: '62.39',
      unit: 'USD',
      source: 'simulated',
      basis: '220 daily bars',
      asOf: BARS_END,
    });
    expect(figureOf('price')).toMatchObject({ value: '64.5', basis: 'quote', asOf: QUOTED_AT });
    expect(figureOf('netMargin')).toMatchObject({
      source: 'sample',
      basis: quarters,
      asOf: '2026-10-29T00:00:00.000Z',
    });
    expect(figureOf('priceEarnings')).toMatchObject({
      source: 'simulated, sample',
      basis: `quote and ${quarters}`,
      asOf: QUOTED_AT,
    });
  });

  it('passes on the note of the statements it used, and only then', () => {
    expect(analyse(input())?.note).toContain('invented');
    expect(analyse(input({ horizon: 'short' }))?.note).not.toContain('invented');
    expect(analyse(input({ horizon: 'short' }))?.sources.map(({ source }) => source)).toEqual([
      'simulated',
    ]);
  });

  it('does not compare a price with earnings in another currency', () => {
    const change = { company: { ...company, currency: 'EUR' } };
    expect(figureOf('priceEarnings', change)).toBeUndefined();
    expect(analyse(input(change))?.missing).toEqual(['valuation']);
  });

  it('knows only the statements that were reported by then', () => {
    const change = { nowMs: Date.parse('2026-10-28T23:00:00Z') };
    expect(figureOf('netMargin', change)?.basis).toBe('2026-Q2, 2026-Q1, 2025-Q4, 2025-Q3');
  });

  it('is not made of too little', () => {
    expect(analyse(input({ company: undefined }))).toBeUndefined();
    expect(analyse(input({ history: undefined, horizon: 'short' }))).toBeUndefined();
  });
});
