import { amountOrNull, priceOrNull } from '../trading.mappers.js';
import { statusAt } from './signal-state.js';
import type { Signal } from './signals.dto.js';
import type { SignalRow } from './signals.table.js';

/** The signal as it is at that moment. */
export function toSignal(row: SignalRow, at: Date): Signal {
  return {
    id: row.id,
    symbol: row.symbol,
    side: row.side,
    strategy: row.strategy,
    modelId: row.modelId,
    confidence: row.confidence,
    targetPrice: priceOrNull(row.targetPrice),
    stopPrice: priceOrNull(row.stopPrice),
    quantity: amountOrNull(row.quantity),
    notional: amountOrNull(row.notional),
    status: statusAt(row, at.getTime()),
    reason: row.reason,
    orderId: row.orderId,
    validUntil: row.validUntil.toISOString(),
    createdAt: row.createdAt.toISOString(),
  };
}
