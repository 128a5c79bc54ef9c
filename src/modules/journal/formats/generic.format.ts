import {
  currencyOfSign,
  readCurrency,
  readFee,
  readPrice,
  readQuantity,
  readSymbol,
} from './cells.js';
import type { Column, Header } from './header.js';
import { readInstant } from './instants.js';
import { plainText } from './plain-text.js';
import {
  CellError,
  outcomeOf,
  type RowOutcome,
  type RowReader,
  type TradeSide,
} from './trade-row.js';

/**
 * What the columns may be called, the most telling name first; case, spaces and punctuation do not count.
 * `time`, `fee`, `feeCurrency`, `currency` and `id` may be missing.
 */
export const GENERIC_COLUMNS = {
  date: [
    'date/time',
    'executed at',
    'execution time',
    'trade time',
    'trade date',
    'transaction date',
    'timestamp',
    'date',
    'time',
  ],
  symbol: ['symbol', 'ticker', 'instrument', 'stock', 'asset', 'security', 'isin'],
  side: [
    'side',
    'buy/sell',
    'action',
    'transaction type',
    'trade type',
    'order side',
    'direction',
    'transaction',
    'type',
  ],
  quantity: [
    'quantity',
    'qty',
    'filled qty',
    'shares',
    'no. of shares',
    'number of shares',
    'units',
    'size',
    'volume',
    'quantity transacted',
  ],
  price: [
    'price',
    'trade price',
    'fill price',
    'execution price',
    'average price',
    'avg price',
    't. price',
    'unit price',
    'price per share',
    'price / share',
    'share price',
    'price at transaction',
  ],
  fee: [
    'fee',
    'fees',
    'commission',
    'commissions',
    'fees & comm',
    'commission & fees',
    'comm/fee',
    'costs',
    'ib commission',
    'fees and/or spread',
    'transaction fee',
  ],
  feeCurrency: ['fee currency', 'commission currency', 'ib commission currency'],
  currency: ['currency', 'ccy', 'price currency', 'trade currency', 'currency primary'],
  id: ['trade id', 'execution id', 'fill id', 'transaction id', 'id'],
} as const;

/** Of files that say it nowhere. */
const DEFAULT_CURRENCY = 'USD';

const REQUIRED = ['date', 'symbol', 'side', 'quantity', 'price'] as const;

const BUY = /\b(buy|bought|bot|b|purchase)\b/i;
const SELL = /\b(sell|sold|sld|s|sale)\b/i;
/** The journal is of shares held: what a short sale or an option closes is not known here. */
const NOT_PLAIN = /\b(short|cover|open|close|assigned|expired|exercised?)\b/i;

/** The columns that a file of trades cannot do without and that this header lacks. */
export function missingColumns(header: Header): string[] {
  return REQUIRED.filter((column) => header.find(...GENERIC_COLUMNS[column]) === undefined);
}

/** Any table with a line per trade. @returns undefined when a column is missing */
export function readGeneric(header: Header): RowReader | undefined {
  const [date, symbol, side, quantity, price] = REQUIRED.map((column) =>
    header.find(...GENERIC_COLUMNS[column]),
  );
  if (!date || !symbol || !side || !quantity || !price) return undefined;
  const time = header.find('time');
  const columns: GenericColumns = {
    ...{ date, symbol, side, quantity, price },
    time: time?.index === date.index ? undefined : time,
    fee: header.find(...GENERIC_COLUMNS.fee),
    feeCurrency: header.find(...GENERIC_COLUMNS.feeCurrency),
    currency: header.find(...GENERIC_COLUMNS.currency),
    id: header.find(...GENERIC_COLUMNS.id),
  };
  return (cells) => outcomeOf(() => readRow(columns, cells));
}

type GenericColumns = Record<(typeof REQUIRED)[number], Column> &
  Record<'time' | 'fee' | 'feeCurrency' | 'currency' | 'id', Column | undefined>;

function readRow(columns: GenericColumns, cells: readonly string[]): RowOutcome {
  const action = columns.side.of(cells);
  const side = sideOf(action);
  if (action === '') throw new CellError(columns.side.name, 'neither buy nor sell');
  if (side === undefined) return { kind: 'skipped', reason: action };
  const price = columns.price.of(cells);
  const currency =
    readCurrency(columns.currency, cells) ?? currencyOfSign(price) ?? DEFAULT_CURRENCY;
  return {
    kind: 'trade',
    trade: {
      brokerTradeId: plainText(columns.id?.of(cells) ?? '', 100) || undefined,
      symbol: readSymbol(columns.symbol, cells),
      side,
      quantity: readQuantity(columns.quantity, cells, side),
      price: readPrice(columns.price, cells),
      fee: readFee(columns.fee, cells),
      feeCurrency: readCurrency(columns.feeCurrency, cells) ?? currency,
      currency,
      executedAt: readInstant(columns.date, cells, columns.time),
    },
  };
}

function sideOf(action: string): TradeSide | undefined {
  const [buys, sells] = [BUY.test(action), SELL.test(action)];
  if (buys === sells || NOT_PLAIN.test(action)) return undefined;
  return buys ? 'buy' : 'sell';
}
