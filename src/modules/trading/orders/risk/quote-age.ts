import type { Quote } from '../../../market-data/index.js';
import { staleQuote } from '../../trading.errors.js';

/** No price is promised by a quote that is older. @throws AppError `trading.stale_quote` */
export function assertFresh({ symbol, asOf }: Quote, maxAgeMs: number, nowMs: number): void {
  const ageMs = nowMs - Date.parse(asOf);
  if (ageMs > maxAgeMs) throw staleQuote(symbol, maxAgeMs, ageMs);
}
