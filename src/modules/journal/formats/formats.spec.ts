import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { money } from '../../../kernel/money.js';
import { detectFormat } from './detect-format.js';
import { countedFingerprint, identify } from './fingerprint.js';
import type { ParsedTrade, RowOutcome } from './trade-row.js';

const GENERIC = 'Date,Symbol,Side,Quantity,Price,Fee,Currency,Trade ID';
const SCHWAB = 'Date,Action,Symbol,Description,Quantity,Price,Fees & Comm,Amount';
const TRADING212 =
  'Action,Time,ISIN,Ticker,Name,No. of shares,Price / share,Currency (Price / share),Exchange rate,' +
  'Result,Currency (Result),Total,Currency (Total),Notes,ID,Currency conversion fee,' +
  'Currency (Currency conversion fee),Stamp duty reserve tax,Currency (Stamp duty reserve tax)';

const linesOf = (text: string): string[][] =>
  parse(text, { bom: true, relax_column_count: true, skip_empty_lines: true, trim: true });

function readAll(text: string): { format: string | undefined; outcomes: RowOutcome[] } {
  const [header = [], ...rows] = linesOf(text);
  const detected = detectFormat(header);
  return {
    format: detected?.format,
    outcomes: rows.map((row) => detected?.readRow(row)).filter((outcome) => outcome !== undefined),
  };
}

const read = (header: string, row: string) => readAll(`${header}\n${row}`).outcomes[0];
const tradeOf = (header: string, row: string): ParsedTrade => {
  const outcome = read(header, row);
  if (outcome?.kind !== 'trade') throw new Error(JSON.stringify(outcome));
  return outcome.trade;
};
/** The figures as text, to compare. */
const shown = ({ quantity, price, fee, executedAt, ...rest }: ParsedTrade) => ({
  ...rest,
  ...{ quantity: quantity.toFixed(), price: price.toFixed(), fee: fee.toFixed() },
  executedAt: executedAt.toISOString(),
});

describe('a header', () => {
  it.each([
    ['schwab', SCHWAB],
    ['trading212', TRADING212],
    ['generic', GENERIC],
    ['generic', 'buy/sell,TradeDate,ISIN,Quantity,TradePrice'],
    ['generic', ' TIMESTAMP ,ticker,TYPE,Qty,price_per_share'],
    ['generic', 'Date,Time,Instrument,Direction,Size,Fill Price,Commission'],
    [undefined, 'Date,Symbol,Quantity,Price'],
    [undefined, ''],
  ])('of %s: %s', (format, header) => {
    expect(detectFormat(header.split(','))?.format).toBe(format);
  });
});

describe('a generic line', () => {
  it('is read whole', () => {
    expect(
      shown(tradeOf(GENERIC, '2024-01-02 10:00,aapl,BUY - MARKET,"1,000.5",$99.10,-1.25,usd,T-1')),
    ).toEqual({
      ...{ symbol: 'AAPL', side: 'buy', quantity: '1000.5', price: '99.1', fee: '1.25' },
      ...{ currency: 'USD', feeCurrency: 'USD', brokerTradeId: 'T-1' },
      executedAt: '2024-01-02T10:00:00.000Z',
    });
  });

  it('knows its currency by a sign, else it is USD', () => {
    const header = 'Date,Symbol,Side,Quantity,Price';
    expect(tradeOf(header, '2024-01-02,A,s,1,€5').currency).toBe('EUR');
    expect(tradeOf(header, '2024-01-02,A,s,1,5')).toMatchObject({ currency: 'USD', side: 'sell' });
  });

  it('takes date and time from two columns', () => {
    const header = 'Date,Time,Symbol,Side,Quantity,Price';
    expect(tradeOf(header, '2024-01-02,09:30:01,A,buy,1,1').executedAt.toISOString()).toBe(
      '2024-01-02T09:30:01.000Z',
    );
  });

  it.each(['DIVIDEND', 'STOCK SPLIT', 'Sell Short', 'Buy to Open', 'buy and sell'])(
    'of %s is no trade',
    (action) => {
      expect(read(GENERIC, `2024-01-02,A,${action},1,1,,,`)).toEqual({
        kind: 'skipped',
        reason: action,
      });
    },
  );

  it.each([
    ['2024-01-02,A,,1,1', 'Side'],
    ['x,A,buy,1,1', 'Date'],
    ['2024-01-02,,buy,1,1', 'Symbol'],
    ['2024-01-02,A,buy,,1', 'Quantity'],
    ['2024-01-02,A,buy,1,', 'Price'],
    ['2024-01-02,A,buy,1,1,x', 'Fee'],
    ['2024-01-02,A,buy,1,1,1,Dollars!', 'Currency'],
    ['2024-01-02', 'Side'],
  ])('%s is wrong in the column %s', (row, column) => {
    expect(read(GENERIC, row)).toMatchObject({ kind: 'error', column });
  });
});

describe('a line of Schwab', () => {
  it('counts from the day it counts from, in USD', () => {
    expect(
      shown(
        tradeOf(
          SCHWAB,
          '"07/15/2024 as of 07/12/2024","Sell","avgo","X","10","$170.067","$0.05",""',
        ),
      ),
    ).toEqual({
      ...{ symbol: 'AVGO', side: 'sell', quantity: '10', price: '170.067', fee: '0.05' },
      ...{ currency: 'USD', feeCurrency: 'USD', brokerTradeId: undefined },
      executedAt: '2024-07-12T00:00:00.000Z',
    });
  });

  it.each(['Reinvest Dividend', 'Stock Split', 'Journaled Shares', 'Buy to Open'])(
    'of %s is no trade',
    (action) => {
      expect(read(SCHWAB, `01/02/2024,${action},A,X,1,$1,,`)).toEqual({
        kind: 'skipped',
        reason: action,
      });
    },
  );

  it('that sums up is no trade', () => {
    expect(read(SCHWAB, 'Transactions Total,,,,,,,"-$26,582.91"')).toEqual({
      kind: 'skipped',
      reason: 'Transactions Total',
    });
  });

  it.each([
    ['13/01/2024,Buy,A,X,1,$1,,', 'Date'],
    ['01/02/2024,Buy,,X,1,$1,,', 'Symbol'],
    ['01/02/2024,Buy,A,X,1,,,', 'Price'],
    ['01/02/2024,,A,X,1,$1,,', 'Action'],
  ])('%s is wrong in the column %s', (row, column) => {
    expect(read(SCHWAB, row)).toMatchObject({ kind: 'error', column });
  });
});

describe('a line of Trading 212', () => {
  const line = (action: string, fees: string) =>
    `${action},2023-12-18 14:30:03.613,US1,CSCO,"Cisco, Inc.",0.0290530000,4996.5,GBX,1.09,,EUR,1.33,EUR,,EOF1,${fees}`;

  it('keeps the currency of its price and that of its fees', () => {
    expect(shown(tradeOf(TRADING212, line('Limit sell', '0.15,EUR,0.05,EUR')))).toEqual({
      ...{ symbol: 'CSCO', side: 'sell', quantity: '0.029053', price: '4996.5', currency: 'GBX' },
      ...{ fee: '0.2', feeCurrency: 'EUR', brokerTradeId: 'EOF1' },
      executedAt: '2023-12-18T14:30:03.613Z',
    });
  });

  it('does not add fees of two currencies', () => {
    expect(read(TRADING212, line('Market buy', '0.15,EUR,0.05,GBP'))).toEqual({
      kind: 'error',
      column: 'Stamp duty reserve tax',
      message: 'fees in EUR and GBP have no sum',
    });
  });

  it('reads the fees of older exports', () => {
    const header =
      'Action,Time,Ticker,No. of shares,Price / share,Currency (Price / share),ID,Stamp duty (GBP)';
    const row = 'Stop limit buy,2021-01-04 10:00:00,VOD,10,120.5,GBX,EOF2,0.06';
    expect(shown(tradeOf(header, row))).toMatchObject({ fee: '0.06', feeCurrency: 'GBP' });
  });

  it.each([
    'Deposit',
    'Dividend (Dividend)',
    'Interest on cash',
    'Stock split open',
    'Result adjustment',
  ])('of %s is no trade', (action) => {
    expect(read(TRADING212, line(action, ',,,'))).toEqual({ kind: 'skipped', reason: action });
  });
});

describe('what makes a trade the same', () => {
  const trade = tradeOf(GENERIC, '2024-01-02,A,buy,1,100,0,USD,');
  const withId = { ...trade, brokerTradeId: '7' };

  it('is the id of a broker that is known, whatever else is told', () => {
    expect(identify('trading212', withId)).toEqual({ kind: 'unique', fingerprint: 'trading212:7' });
  });

  it('is id and content of a file of unknown origin', () => {
    const one = identify('generic', withId);
    expect(one).toMatchObject({ kind: 'unique' });
    expect(identify('generic', { ...withId, price: money('100.00') })).toEqual(one);
    expect(identify('generic', { ...withId, price: money('101') })).not.toEqual(one);
  });

  it('is otherwise its content, counted', () => {
    const one = identify('schwab', trade);
    expect(one).toEqual(identify('generic', { ...trade, quantity: money('1.000') }));
    for (const change of [
      { symbol: 'B' },
      { side: 'sell' as const },
      { quantity: money(2) },
      { price: money(2) },
      { fee: money(2) },
      { currency: 'EUR' },
      { executedAt: new Date(0) },
    ]) {
      expect(identify('generic', { ...trade, ...change })).not.toEqual(one);
    }
    expect(countedFingerprint('x', 0)).not.toBe(countedFingerprint('x', 1));
  });
});

const folder = join(process.env['REFERENCE_DIR'] ?? '../shared/reference', 'brokers');
const describeReference = existsSync(folder) ? describe : describe.skip;

describeReference('real exports', () => {
  const readFile = (name: string) => readAll(readFileSync(join(folder, name), 'utf8'));
  const tradesOf = (outcomes: readonly RowOutcome[]) =>
    outcomes.flatMap((outcome) => (outcome.kind === 'trade' ? [shown(outcome.trade)] : []));
  const reasonsOf = (outcomes: readonly RowOutcome[]) =>
    outcomes.reduce<Record<string, number>>(
      (reasons, outcome) =>
        outcome.kind === 'skipped'
          ? { ...reasons, [outcome.reason]: (reasons[outcome.reason] ?? 0) + 1 }
          : reasons,
      {},
    );
  const sum = (values: readonly string[]) =>
    values.reduce((total, value) => total.plus(value), money(0)).toFixed();

  it('of Schwab: 40 reinvestments, a purchase and two sales', () => {
    const { format, outcomes } = readFile('schwab.csv');
    const trades = tradesOf(outcomes);
    expect(format).toBe('schwab');
    expect(outcomes.filter(({ kind }) => kind === 'error')).toEqual([]);
    expect(trades).toHaveLength(43);
    expect(trades.filter(({ side }) => side === 'sell')).toEqual([
      {
        ...{ symbol: 'FIHBX', side: 'sell', quantity: '592.199', price: '8.46', fee: '10' },
        ...{ currency: 'USD', feeCurrency: 'USD', brokerTradeId: undefined },
        executedAt: '2023-08-22T00:00:00.000Z',
      },
      {
        ...{ symbol: 'SNAXX', side: 'sell', quantity: '500135', price: '1', fee: '0' },
        ...{ currency: 'USD', feeCurrency: 'USD', brokerTradeId: undefined },
        executedAt: '2023-09-08T00:00:00.000Z',
      },
    ]);
    // By hand: 1.6531 + 1.5705 + 1.575 + 2.299.
    expect(
      sum(trades.filter(({ symbol }) => symbol === 'SPY').map(({ quantity }) => quantity)),
    ).toBe('7.0976');
    // By hand: 1,259.59 + 1,215.46 + 1,170.29 + 491.24.
    expect(
      sum(trades.filter(({ symbol }) => symbol === 'SNSXX').map(({ quantity }) => quantity)),
    ).toBe('4136.58');
    expect(reasonsOf(outcomes)).toMatchObject({
      ...{ 'Reinvest Dividend': 29, 'Advisor Fee': 10, 'Cash Dividend': 6, 'Credit Interest': 5 },
      ...{ 'Stock Split': 1, 'Reverse Split': 2, 'Spin-off': 1, 'Transactions Total': 1 },
    });
    expect(outcomes).toHaveLength(120);
  });

  it('of Trading 212: three purchases and a sale, under their ids', () => {
    const { format, outcomes } = readFile('trading212.csv');
    expect(format).toBe('trading212');
    const usd = { fee: '0', feeCurrency: 'USD', currency: 'USD' };
    expect(tradesOf(outcomes)).toEqual([
      {
        ...{ symbol: 'CSCO', side: 'buy', quantity: '0.029053', price: '49.96', ...usd },
        ...{ brokerTradeId: 'EOF7504196256', executedAt: '2023-12-18T14:30:03.613Z' },
      },
      {
        ...{ symbol: 'VICI', side: 'buy', quantity: '0.041014', price: '31.93', ...usd },
        ...{ brokerTradeId: 'EOF7504199130', executedAt: '2023-12-18T14:30:06.892Z' },
      },
      {
        ...{ symbol: 'ASTS', side: 'buy', quantity: '0.29764', price: '5.39', ...usd },
        ...{ brokerTradeId: 'EOF7504199794', executedAt: '2023-12-18T14:30:07.812Z' },
      },
      {
        ...{ symbol: 'ASTR', side: 'sell', quantity: '0.61254', price: '1.26', ...usd },
        ...{ brokerTradeId: 'EOF7802023054', executedAt: '2023-12-26T14:30:05.104Z' },
      },
    ]);
    expect(reasonsOf(outcomes)).toEqual({
      ...{ Deposit: 1, 'Dividend (Dividend)': 3, 'Interest on cash': 1, 'Stock distribution': 1 },
      ...{ 'Transfer out': 1, 'Stock split close': 1, 'Stock split open': 1 },
    });
  });

  it('of others pass as a table where they have the columns', () => {
    const { format, outcomes } = readFile('ibkr-trades.csv');
    expect(format).toBe('generic');
    expect(tradesOf(outcomes)[4]).toEqual({
      ...{ symbol: 'US9220427424', side: 'buy', quantity: '1', price: '97.84', fee: '0.979' },
      ...{ currency: 'USD', feeCurrency: 'USD', brokerTradeId: undefined },
      executedAt: '2023-08-03T00:00:00.000Z',
    });
    expect(outcomes.filter(({ kind }) => kind === 'error')).toHaveLength(3);
  });
});
