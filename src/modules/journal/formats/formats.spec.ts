import { readExport, shownTrade } from '../../../../test/support/broker-export.js';
import { money } from '../../../kernel/money.js';
import { detectFormat } from './detect-format.js';
import { countedFingerprint, identify } from './fingerprint.js';
import type { ParsedTrade } from './trade-row.js';

const GENERIC = 'Date,Symbol,Side,Quantity,Price,Fee,Currency,Trade ID';
const SCHWAB = 'Date,Action,Symbol,Description,Quantity,Price,Fees & Comm,Amount';
const TRADING212 =
  'Action,Time,ISIN,Ticker,Name,No. of shares,Price / share,Currency (Price / share),Exchange rate,' +
  'Result,Currency (Result),Total,Currency (Total),Notes,ID,Currency conversion fee,' +
  'Currency (Currency conversion fee),Stamp duty reserve tax,Currency (Stamp duty reserve tax)';

const read = (header: string, row: string) => readExport(`${header}\n${row}`).outcomes[0];
const tradeOf = (header: string, row: string): ParsedTrade => {
  const outcome = read(header, row);
  if (outcome?.kind !== 'trade') throw new Error(JSON.stringify(outcome));
  return outcome.trade;
};

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
      shownTrade(
        tradeOf(GENERIC, '2024-01-02 10:00,aapl,BUY - MARKET,"1,000.5",$99.10,-1.25,usd,T-1'),
      ),
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
      shownTrade(
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
    expect(shownTrade(tradeOf(TRADING212, line('Limit sell', '0.15,EUR,0.05,EUR')))).toEqual({
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
    expect(shownTrade(tradeOf(header, row))).toMatchObject({ fee: '0.06', feeCurrency: 'GBP' });
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
