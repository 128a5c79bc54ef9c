import type { JournalSide } from '../formats/trade-row.js';
import { TopTradesRanking, type StoredTrade } from './top-trades.js';

const trade = (symbol: string, side: JournalSide, price: string, change = {}): StoredTrade => ({
  ...{ id: `${symbol}-${side}-${price}`, symbol, side, price, quantity: '1', fee: '0' },
  ...{ currency: 'USD', feeCurrency: 'USD', executedAt: new Date(0) },
  ...change,
});
const rank = (limit: number, ...trades: StoredTrade[]) => {
  const ranking = new TopTradesRanking(limit);
  for (const one of trades) ranking.add(one);
  return (currency?: string) => ranking.result({ by: 'pnl', limit, currency }, 0);
};

describe('the top trades', () => {
  it('are the best of all symbols, best first, and no more than asked for', () => {
    const result = rank(
      2,
      ...['A', 'B', 'C', 'D'].flatMap((symbol, index) => [
        trade(symbol, 'buy', '10'),
        trade(symbol, 'sell', String([15, 30, 5, 20][index])),
      ]),
    );
    const { items, closed } = result();
    expect(items.map(({ symbol, pnl }) => [symbol, pnl])).toEqual([
      ['B', '20'],
      ['D', '10'],
    ]);
    expect(closed).toBe(4);
  });

  it('never mix symbols or currencies', () => {
    const eur = { currency: 'EUR', feeCurrency: 'EUR' };
    const result = rank(
      10,
      trade('A', 'buy', '1', eur),
      trade('A', 'sell', '2', eur),
      trade('A', 'buy', '10'),
      trade('A', 'sell', '20'),
      trade('A', 'sell', '30'),
      trade('B', 'sell', '40'),
      trade('B', 'buy', '10'),
      trade('B', 'sell', '50'),
    );
    expect(result()).toMatchObject({
      ...{ currency: 'USD', currencies: ['USD', 'EUR'], closed: 2, unmatchedSales: 2 },
      items: [{ pnl: '40' }, { pnl: '10' }],
    });
    expect(result('EUR').items).toMatchObject([{ pnl: '1', currency: 'EUR' }]);
    expect(result('JPY')).toMatchObject({ currency: 'JPY', items: [], closed: 0 });
  });

  it('tell of a short sale where it began and ended, and count it among the closed', () => {
    const result = rank(
      10,
      trade('A', 'buy', '10'),
      trade('A', 'sell', '13'),
      trade('B', 'sell_to_open', '50'),
      trade('B', 'buy_to_close', '45', { fee: '1' }),
    );
    expect(result()).toMatchObject({
      ...{ closed: 2, unmatchedSales: 0 },
      items: [
        {
          ...{ symbol: 'B', direction: 'short', pnl: '4', fees: '1', cost: '45', proceeds: '50' },
          ...{ averageEntryPrice: '50.00', exitPrice: '45.00', tradeId: 'B-buy_to_close-45' },
        },
        { symbol: 'A', direction: 'long', averageEntryPrice: '10.00', exitPrice: '13.00' },
      ],
    });
  });

  it('leave fees of another currency out', () => {
    const fee = { fee: '3' };
    const result = rank(
      1,
      trade('A', 'buy', '10', fee),
      trade('A', 'sell', '20', { ...fee, feeCurrency: 'EUR' }),
    );
    expect(result().items).toMatchObject([{ pnl: '7', fees: '3' }]);
  });

  it('are none in an empty journal', () => {
    expect(rank(1)()).toMatchObject({ currency: null, currencies: [], items: [], closed: 0 });
  });
});
