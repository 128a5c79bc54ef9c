import { money, moneyText, priceText } from '../../../kernel/money.js';
import { isContractSymbol, type Quote } from '../../market-data/index.js';
import type { PositionRow } from '../execution/executions.table.js';
import { unrealizedPnl } from '../execution/position.js';
import { contractsOf } from '../options/option-terms.js';
import type { ValuedPosition } from '../trading.dto.js';
import { toPosition } from '../trading.mappers.js';

/** The position at the bid, which is what a sale would get; without a quote at no price. */
export function valuePosition(
  row: PositionRow,
  quote: Pick<Quote, 'bid' | 'asOf'> | undefined,
): ValuedPosition {
  const position = toPosition(row);
  const bid = quote && money(quote.bid);
  return {
    symbol: row.symbol,
    quantity: moneyText(position.quantity),
    ...(isContractSymbol(row.symbol) && { contracts: moneyText(contractsOf(position.quantity)) }),
    averageCost: priceText(position.averageCost),
    price: bid ? priceText(bid) : null,
    marketValue: bid ? moneyText(position.quantity.times(bid)) : null,
    unrealizedPnl: bid ? moneyText(unrealizedPnl(position, bid)) : null,
    realizedPnl: moneyText(position.realizedPnl),
    asOf: quote?.asOf ?? null,
  };
}
