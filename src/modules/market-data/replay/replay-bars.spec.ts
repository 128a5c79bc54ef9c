import type { AppError } from '../../../kernel/app-error.js';
import { parseReplaySeries } from './replay-bars.js';

const HEADER = 'date,open,high,low,close,volume';
const BAR = '2017-01-03,212.61,213.35,211.52,212.8,96708880';

const parse = (...lines: string[]) => parseReplaySeries('SPY', 'SPY.csv', lines.join('\n'));

function refusal(...lines: string[]): string {
  try {
    parse(...lines);
  } catch (error) {
    expect(error).toMatchObject({ code: 'market_data.bad_replay_file', kind: 'invalid' });
    return (error as AppError).message;
  }
  throw new Error('the file was taken');
}

describe('parseReplaySeries', () => {
  it('reads prices as whole steps of the price grid', () => {
    const series = parse(HEADER, BAR);
    expect(series).toEqual({
      symbol: 'SPY',
      decimals: 2,
      bars: [
        {
          date: '2017-01-03',
          open: 21_261,
          high: 21_335,
          low: 21_152,
          close: 21_280,
          volume: '96708880',
        },
      ],
    });
  });

  it('takes a finer grid from the most exact price, and loses no digit', () => {
    const series = parse(HEADER, '2017-01-03,1.1,1.25,1.0375,1.2,0', '2017-01-04,1,1,1,1,0');
    expect(series.decimals).toBe(4);
    expect(series.bars[0]).toMatchObject({ open: 11_000, low: 10_375 });
    expect(series.bars[1]).toMatchObject({ open: 10_000 });
  });

  it('takes a byte order mark, Windows line ends, blank lines and dates with a time', () => {
    const text = `\uFEFF${HEADER}\r\n2017-01-03T14:30:00Z,1,1,1,1,5\r\n\r\n2017-01-03T14:31:00Z,1,1,1,1,5\r\n`;
    const dates = parseReplaySeries('SPY', 'SPY.csv', text).bars.map(({ date }) => date);
    expect(dates).toEqual(['2017-01-03T14:30:00Z', '2017-01-03T14:31:00Z']);
  });

  it('names the file and the line of what is wrong', () => {
    expect(refusal(HEADER, BAR, '2017-01-04,213,abc,212,213,1')).toBe(
      'bad replay data: SPY.csv line 3: high is not a price above zero (at most 7 digits before the point and 8 after it)',
    );
  });

  it.each([
    ['an empty file', [], 'SPY.csv: is empty'],
    ['a file of blank lines', ['', ''], 'SPY.csv: is empty'],
    ['a header alone', [HEADER], 'SPY.csv: has a header and no bars'],
    ['no header', [BAR], 'line 1: the header must be'],
    ['other columns', ['date,close,volume', '2017-01-03,1,1'], 'line 1: the header must be'],
    ['a missing column', [HEADER, '2017-01-03,1,1,1,1'], 'line 2: has 5 columns instead of 6'],
    ['an extra column', [HEADER, `${BAR},7`], 'line 2: has 7 columns instead of 6'],
    ['a price of zero', [HEADER, '2017-01-03,1,1,0.00,1,1'], 'line 2: low is not a price'],
    ['a negative price', [HEADER, '2017-01-03,-1,1,1,1,1'], 'line 2: open is not a price'],
    [
      'a price in another notation',
      [HEADER, '2017-01-03,1,1e3,1,1,1'],
      'line 2: high is not a price',
    ],
    ['a missing price', [HEADER, '2017-01-03,1,1,1,,1'], 'line 2: close is not a price'],
    ['a bad volume', [HEADER, '2017-01-03,1,1,1,1,many'], 'line 2: volume is not a number'],
    ['a high below the low', [HEADER, '2017-01-03,1,1,2,1,1'], 'line 2: high is below low'],
    [
      'a day that does not exist',
      [HEADER, '2017-02-30,1,1,1,1,1'],
      'line 2: date is not an ISO 8601 date',
    ],
    [
      'another date format',
      [HEADER, '03/01/2017,1,1,1,1,1'],
      'line 2: date is not an ISO 8601 date',
    ],
    ['a day twice', [HEADER, BAR, BAR], 'line 3: date 2017-01-03 does not come after 2017-01-03'],
    [
      'days out of order',
      [HEADER, BAR, '2016-12-30,1,1,1,1,1'],
      'line 3: date 2016-12-30 does not come after',
    ],
    ['an open quote', [HEADER, '"2017-01-03,1,1,1,1,1'], 'is not CSV (CSV_QUOTE_NOT_CLOSED)'],
  ])('refuses %s', (_, lines, message) => {
    expect(refusal(...lines)).toContain(message);
  });
});
