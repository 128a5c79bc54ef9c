import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readExport, shownTrade } from '../../../../test/support/broker-export.js';
import { openReference } from '../../../../test/support/reference.js';
import { money } from '../../../kernel/money.js';
import type { RowOutcome } from './trade-row.js';

const reference = openReference('brokers');

reference.describe(`real exports${reference.why}`, () => {
  const readFile = (name: string) => readExport(readFileSync(join(reference.folder, name), 'utf8'));
  const tradesOf = (outcomes: readonly RowOutcome[]) =>
    outcomes.flatMap((outcome) => (outcome.kind === 'trade' ? [shownTrade(outcome.trade)] : []));
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
