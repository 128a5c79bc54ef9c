import { money, type Money } from '../../../kernel/money.js';
import { readCurrency, readFee, readPrice, readQuantity, readSymbol } from './cells.js';
import type { Column, Header } from './header.js';
import { readInstant } from './instants.js';
import { plainText } from './plain-text.js';
import { CellError, outcomeOf, type RowReader } from './trade-row.js';

const COLUMNS = ['Action', 'Time', 'Ticker', 'No. of shares', 'Price / share'] as const;
const PRICE_CURRENCY = 'Currency (Price / share)';

const TRADE = /^(?:market|limit|stop|stop limit) (buy|sell)$/i;
/** Older exports name the currency in the header: `Stamp duty (GBP)`. */
const FEE =
  /^((?:currency conversion|transaction|finra) fee|stamp duty(?: reserve tax)?|french transaction tax)(?: \(([A-Za-z]{3})\))?$/i;

interface FeeColumn {
  readonly amount: Column;
  readonly currency: Column | string | undefined;
}

/**
 * The history that Trading 212 exports: times are UTC, each trade has an id, its price stands in the
 * currency of the exchange (`GBX` too) and its fees in that of the account.
 * @returns undefined for another header
 */
export function readTrading212(header: Header): RowReader | undefined {
  const [action, time, ticker, shares, price] = COLUMNS.map((name) => header.find(name));
  const currency = header.find(PRICE_CURRENCY);
  if (!action || !time || !ticker || !shares || !price || !currency) return undefined;
  const id = header.find('ID');
  const fees = feeColumns(header);
  return (cells) =>
    outcomeOf(() => {
      const what = action.of(cells);
      if (what === '') throw new CellError(action.name, 'there is no action');
      const side = TRADE.exec(what)?.[1]?.toLowerCase();
      if (side !== 'buy' && side !== 'sell') return { kind: 'skipped', reason: what };
      const priceCurrency = readCurrency(currency, cells);
      if (priceCurrency === undefined) throw new CellError(currency.name, 'there is no currency');
      const { fee, feeCurrency } = addFees(fees, cells);
      return {
        kind: 'trade',
        trade: {
          brokerTradeId: plainText(id?.of(cells) ?? '', 100) || undefined,
          symbol: readSymbol(ticker, cells),
          side,
          quantity: readQuantity(shares, cells, side),
          price: readPrice(price, cells),
          fee,
          feeCurrency: feeCurrency ?? priceCurrency,
          currency: priceCurrency,
          executedAt: readInstant(time, cells),
        },
      };
    });
}

function feeColumns(header: Header): FeeColumn[] {
  return header.names.flatMap((name) => {
    const match = FEE.exec(name.trim());
    const amount = match && header.find(name);
    if (!amount) return [];
    return [{ amount, currency: match[2] ?? header.find(`Currency (${match[1]})`) }];
  });
}

/** @throws CellError for fees in several currencies, which have no sum */
function addFees(
  columns: readonly FeeColumn[],
  cells: readonly string[],
): { fee: Money; feeCurrency: string | undefined } {
  let fee = money(0);
  let feeCurrency: string | undefined;
  for (const { amount, currency } of columns) {
    const part = readFee(amount, cells);
    if (part.isZero()) continue;
    const of = typeof currency === 'string' ? currency : readCurrency(currency, cells);
    if (of === undefined) throw new CellError(amount.name, 'a fee without its currency');
    if (feeCurrency !== undefined && feeCurrency !== of) {
      throw new CellError(amount.name, `fees in ${feeCurrency} and ${of} have no sum`);
    }
    feeCurrency = of;
    fee = fee.plus(part);
  }
  return { fee, feeCurrency };
}
