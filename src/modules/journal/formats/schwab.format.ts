import { readFee, readPrice, readQuantity, readSymbol } from './cells.js';
import type { Column, Header } from './header.js';
import { readUsDate } from './instants.js';
import { CellError, outcomeOf, type RowReader, type TradeSide } from './trade-row.js';

const COLUMNS = ['Date', 'Action', 'Symbol', 'Quantity', 'Price', 'Fees & Comm', 'Amount'] as const;

/** Actions that move shares for money. A reinvested dividend buys shares like any other money. */
const SIDES: Readonly<Record<string, TradeSide>> = {
  buy: 'buy',
  sell: 'sell',
  'reinvest shares': 'buy',
};
const TOTAL_LINE = /^transactions total/i;

/**
 * The history of transactions that Charles Schwab exports. Its days are of the exchange; a trade's is the one
 * it counts from (`07/15/2024 as of 07/12/2024` → the 12th), at midnight UTC. All amounts are USD.
 * @returns undefined for another header
 */
export function readSchwab(header: Header): RowReader | undefined {
  if (!header.hasAll(...COLUMNS)) return undefined;
  const [date, action, symbol, quantity, price, fee] = COLUMNS.map((name) => header.find(name));
  if (!date || !action || !symbol || !quantity || !price) return undefined;
  return (cells) =>
    outcomeOf(() => {
      if (TOTAL_LINE.test(date.of(cells))) return { kind: 'skipped', reason: 'Transactions Total' };
      const what = action.of(cells);
      if (what === '') throw new CellError(action.name, 'there is no action');
      const side = SIDES[what.toLowerCase()];
      if (side === undefined) return { kind: 'skipped', reason: what };
      return {
        kind: 'trade',
        trade: {
          brokerTradeId: undefined,
          symbol: readSymbol(symbol, cells),
          side,
          quantity: readQuantity(quantity, cells, side),
          price: readPrice(price, cells),
          fee: readFee(fee, cells),
          feeCurrency: 'USD',
          currency: 'USD',
          executedAt: readDay(date, cells),
        },
      };
    });
}

function readDay(date: Column, cells: readonly string[]): Date {
  const cell = date.of(cells);
  return readUsDate(/ as of (.+)$/i.exec(cell)?.[1]?.trim() ?? cell, date.name);
}
