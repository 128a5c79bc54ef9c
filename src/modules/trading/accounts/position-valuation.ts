import { money, moneyText, priceText } from '../../../kernel/money.js';
import { isContractSymbol, type Quote } from '../../market-data/index.js';
import type { PositionRow } from '../execution/executions.table.js';
import { unrealizedPnl } from '../execution/position.js';
import { contractsOf } from '../options/option-terms.js';
import type { ValuedPosition } from '../trading.dto.js';
import { toPosition } from '../trading.mappers.js';

/** The position at what closing it would get: the bid, of what is written or sold short the ask. Without a quote at no price. */
export function valuePosition(
  row: PositionRow,
  quote: Pick<Quote, 'bid' | 'ask' | 'asOf'> | undefined,
): ValuedPosition {
  const position = toPosition(row);
  const isOwed = position.quantity.lt(0);
  const isContract = isContractSymbol(row.symbol);
  const price = quote && money(isOwed ? quote.ask : quote.bid);
  return {
    symbol: row.symbol,
    quantity: moneyText(position.quantity),
    ...(isOwed && !isContract && { collateral: moneyText(money(row.collateral)) }),
    ...(isContract && { contracts: moneyText(contractsOf(position.quantity)) }),
    averageCost: priceText(money(row.averageCost)),
    price: price ? priceText(price) : null,
    marketValue: price ? moneyText(position.quantity.times(price)) : null,
    unrealizedPnl: price ? moneyText(unrealizedPnl(position, price)) : null,
    realizedPnl: moneyText(money(row.realizedPnl)),
    asOf: quote?.asOf ?? null,
  };
}
