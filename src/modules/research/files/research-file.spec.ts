import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseResearchFile } from './research-file.js';

/** A file that holds, for each test to spoil. */
const sample = () => JSON.parse(readFileSync(resolve(__dirname, '../sample-data/KO.json'), 'utf8'));

type Spoil = (file: ReturnType<typeof sample>) => void;

const BAD: [string, Spoil, string][] = [
  ['lacks a field', (file) => delete file.currency, 'currency: '],
  ['has a field too many', (file) => (file.comment = 'x'), 'Unrecognized key: "comment"'],
  [
    'has a number for an amount',
    (file) => (file.annual[0].income.revenue = 1),
    'annual.0.income.revenue: ',
  ],
  [
    'has an amount of no number',
    (file) => (file.annual[0].income.revenue = 'much'),
    'annual.0.income.revenue: ',
  ],
  [
    'has a year among the quarters',
    (file) => file.quarterly.push(file.annual[0]),
    'quarterly.11.period: must be a quarter',
  ],
  [
    'has a quarter twice',
    (file) => file.quarterly.push(file.quarterly[3]),
    'quarterly.11: 2025-Q4 is there twice',
  ],
  [
    'has a gross profit of its own',
    (file) => (file.annual[1].income.grossProfit = '1'),
    'annual.1: grossProfit is not the sum of its parts',
  ],
  [
    'has assets out of nothing',
    (file) => (file.quarterly[2].balance.totalAssets += '0'),
    'quarterly.2: totalAssets is not the sum of its parts',
  ],
  [
    'has cash out of nothing',
    (file) => (file.quarterly[2].cashFlow.netChange = '5'),
    'quarterly.2: netChange is not the sum of its parts',
  ],
  [
    'has a story of an unknown kind',
    (file) => (file.news[0].category = 'gossip'),
    'news.0.category: ',
  ],
  [
    'has a link that is not https',
    (file) => (file.news[0].url = 'javascript:alert(1)'),
    'news.0.url: ',
  ],
  ['has control characters', (file) => (file.news[0].headline = 'a\u0000b'), 'news.0.headline: '],
];

describe('a research file', () => {
  it('of the documented shape is read', () => {
    expect(parseResearchFile(JSON.stringify(sample()))).toMatchObject({ symbol: 'KO' });
  });

  it.each(BAD)('that %s is refused with one line that says where', (_, spoil, message) => {
    const file = sample();
    spoil(file);
    const reading = () => parseResearchFile(JSON.stringify(file));
    expect(reading).toThrow(message);
    expect(reading).toThrow(/^[^\n]+$/);
  });

  it('whose quarters do not add up to the year is refused', () => {
    const file = sample();
    const { income } = file.quarterly.find((one: { period: string }) => one.period === '2025-Q2');
    for (const line of ['revenue', 'costOfRevenue']) {
      income[line] = String(Number(income[line]) + 5_000_000_000);
    }
    expect(() => parseResearchFile(JSON.stringify(file))).toThrow(
      'annual.0: income.revenue of 2025 is not the sum of its quarters',
    );
  });

  it('may be off by what rounding does', () => {
    const file = sample();
    const { income } = file.annual[0];
    income.grossProfit = String(Number(income.grossProfit) + 1_000_000);
    expect(parseResearchFile(JSON.stringify(file)).annual).toHaveLength(2);
  });

  it.each(['', '{', 'null', '[]', '"AAPL"'])('of the text %j is refused', (text) => {
    expect(() => parseResearchFile(text)).toThrow(/^[^\n]+$/);
  });
});
