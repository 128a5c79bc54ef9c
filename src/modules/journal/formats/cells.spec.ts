import fc from 'fast-check';
import { currencyOfSign, readCurrency, readDecimal, readQuantity, readSymbol } from './cells.js';
import { Column } from './header.js';
import { readInstant, readUsDate } from './instants.js';

const column = new Column('Cell', 0);
const decimal = (text: string) => readDecimal(column, [text])?.toFixed();
const instant = (text: string) => readInstant(column, [text]).toISOString();

describe('a decimal in a cell', () => {
  it.each([
    ['10', '10'],
    ['1,259.59', '1259.59'],
    ['-$694.48', '-694.48'],
    ['$-5', '-5'],
    ['($5.00)', '-5'],
    ['$(1,005.10)', '-1005.1'],
    ['€88.94', '88.94'],
    ['1 000.5', '1000.5'],
    ['\u22123', '-3'],
    ['+.5', '0.5'],
    ['7.', '7'],
    ['500,135', '500135'],
    ['0.000037835729', '0.000037835729'],
    ['', undefined],
  ])('%s is %s', (text, value) => {
    expect(decimal(text)).toBe(value);
  });

  it.each([
    '1,5',
    '0,766',
    '1,2345',
    '1.2.3',
    '1e5',
    'NaN',
    '--1',
    '$',
    '-',
    '()',
    '12a',
    '1,23,456',
  ])('%s is none', (text) => {
    expect(() => decimal(text)).toThrow('is not a number');
  });

  it.each(['1234567890123456', '0.123456789012345678901'])('%s has too many digits', (text) => {
    expect(() => decimal(text)).toThrow('too many digits');
  });

  it('is read to the last digit, however it is written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999_999 }),
        fc.nat({ max: 999_999 }),
        fc.boolean(),
        (whole, places, grouped) => {
          const text = grouped ? whole.toLocaleString('en-US') : String(whole);
          const cell = `${text}.${String(places).padStart(6, '0')}`;
          expect(decimal(cell)).toBe(decimal(`${whole}.${String(places).padStart(6, '0')}`));
          expect(decimal(`(${cell})`)).toBe(decimal(`-${cell}`));
        },
      ),
    );
  });

  it('is quoted in an error by its beginning alone', () => {
    expect(() => decimal('x'.repeat(10_000))).toThrow(/^"x{39}…" is not a number/);
  });
});

describe('a quantity', () => {
  it('of a sale may be below zero, of a purchase not, of both not zero', () => {
    expect(readQuantity(column, ['-5'], 'sell').toFixed()).toBe('5');
    expect(() => readQuantity(column, ['-5'], 'buy')).toThrow('below zero');
    expect(() => readQuantity(column, ['0.00'], 'sell')).toThrow('zero');
    expect(() => readQuantity(column, [''], 'sell')).toThrow('no quantity');
  });
});

describe('a symbol', () => {
  it.each([
    ['brk.b', 'BRK.B'],
    ['BTC/USD', 'BTC/USD'],
    ['890260854', '890260854'],
  ])('%s is %s', (text, symbol) => expect(readSymbol(column, [text])).toBe(symbol));
  it.each(['', '<script>', 'A\u0000', '=1+1', 'x'.repeat(33)])('%j is none', (text) =>
    expect(() => readSymbol(column, [text])).toThrow(/symbol/),
  );
});

describe('a currency', () => {
  it('keeps the case that means a hundredth', () => {
    expect(['usd', 'USD', 'GBp', 'GBX', ''].map((text) => readCurrency(column, [text]))).toEqual([
      ...['USD', 'USD', 'GBp', 'GBX', undefined],
    ]);
    expect(() => readCurrency(column, ['$$'])).toThrow('not a currency');
    expect(currencyOfSign('£5')).toBe('GBP');
    expect(currencyOfSign('5')).toBeUndefined();
  });
});

describe('a moment in a cell', () => {
  it.each([
    ['2024-01-31', '2024-01-31T00:00:00.000Z'],
    ['2024-01-31 09:30', '2024-01-31T09:30:00.000Z'],
    ['2023-12-18 14:30:03.613', '2023-12-18T14:30:03.613Z'],
    ['2019-12-02T08:23:08.459586Z', '2019-12-02T08:23:08.459Z'],
    ['2024-01-31T09:30:00+02:00', '2024-01-31T07:30:00.000Z'],
    ['2024-01-31T09:30:00-0500', '2024-01-31T14:30:00.000Z'],
    ['2025-01-17 16:57:02 UTC', '2025-01-17T16:57:02.000Z'],
    ['20230522', '2023-05-22T00:00:00.000Z'],
    ['20230522;093015', '2023-05-22T09:30:15.000Z'],
    ['2023-05-22, 09:30:15', '2023-05-22T09:30:15.000Z'],
    ['2023/05/22', '2023-05-22T00:00:00.000Z'],
    ['31.01.2024 9:30', '2024-01-31T09:30:00.000Z'],
    ['04.03.2024', '2024-03-04T00:00:00.000Z'],
    ['01/31/2024 01:05:09 PM', '2024-01-31T13:05:09.000Z'],
    ['31/01/2024', '2024-01-31T00:00:00.000Z'],
    ['05/05/2024', '2024-05-05T00:00:00.000Z'],
    ['12/13/2024 12:00 am', '2024-12-13T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('%s is %s', (text, iso) => expect(instant(text)).toBe(iso));

  it.each(['2023-02-29', '2024-13-01', '1700-01-01', 'soon', '45321', '2024-1-1', '2024-01/01'])(
    '%s is none',
    (text) => expect(() => instant(text)).toThrow('is not a date'),
  );
  it.each(['2024-01-01 25:00', '2024-01-01 13:00 pm', '2024-01-01 9', '2024-01-01 10:60'])(
    '%s has no time of day',
    (text) => expect(() => instant(text)).toThrow('not a time of day'),
  );
  it.each(['03/04/2024', '3-4-2024'])('%s is not guessed at', (text) =>
    expect(() => instant(text)).toThrow('may be two days'),
  );

  it('takes the time from a column of its own', () => {
    const time = new Column('Time', 1);
    expect(readInstant(column, ['2024-01-31', '10:00:01'], time).toISOString()).toBe(
      '2024-01-31T10:00:01.000Z',
    );
  });

  it('begins with the month where it is known to be American', () => {
    expect(readUsDate('03/04/2024', 'Date').toISOString()).toBe('2024-03-04T00:00:00.000Z');
    expect(() => readUsDate('13/04/2024', 'Date')).toThrow('is not a date');
  });

  it('comes back from every way of writing it', () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date('1900-01-01T00:00:00Z'),
          max: new Date('2199-12-31T23:59:59Z'),
          noInvalidDate: true,
        }),
        (date) => {
          const iso = date.toISOString();
          expect(instant(iso)).toBe(iso);
          expect(instant(iso.replace('T', ' ').replace('Z', ''))).toBe(iso);
          const [, year, month, day] = /^(\d+)-(\d+)-(\d+)/.exec(iso) ?? [];
          expect(instant(`${day}.${month}.${year}`).slice(0, 10)).toBe(iso.slice(0, 10));
          expect(readUsDate(`${month}/${day}/${year}`, '').toISOString().slice(0, 10)).toBe(
            iso.slice(0, 10),
          );
        },
      ),
    );
  });
});
