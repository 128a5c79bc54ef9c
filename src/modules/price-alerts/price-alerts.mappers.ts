import { money, moneyText } from '../../kernel/money.js';
import type { PriceAlert } from './price-alerts.dto.js';
import type { PriceAlertRow } from './price-alerts.table.js';

export function toPriceAlert(row: PriceAlertRow): PriceAlert {
  const { id, symbol, direction, price, createdAt, firedAt, firedPrice } = row;
  return {
    id,
    symbol,
    direction,
    price: moneyText(money(price)),
    createdAt: createdAt.toISOString(),
    firedAt: firedAt?.toISOString() ?? null,
    firedPrice: firedPrice && moneyText(money(firedPrice)),
  };
}
