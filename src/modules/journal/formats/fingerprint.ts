import { createHash } from 'node:crypto';
import type { ImportFormat, ParsedTrade } from './trade-row.js';

/** What makes two lines, of one file or of two, the same trade. */
export type TradeIdentity =
  | { readonly kind: 'unique'; readonly fingerprint: string }
  /** Equal lines of one file are different trades: the first, the second, … of that content. */
  | { readonly kind: 'counted'; readonly contentHash: string };

/**
 * - A broker's own id names a trade for ever.
 * - An id of a file of unknown origin may be another broker's as well, so the content counts with it.
 * - Without an id the content is all there is, and fills may be genuinely equal: they are counted. The second
 *   import of a file counts the same, and finds all of them there.
 */
export function identify(format: ImportFormat, trade: ParsedTrade): TradeIdentity {
  const { brokerTradeId } = trade;
  if (brokerTradeId === undefined) return { kind: 'counted', contentHash: hashOf(trade) };
  if (format === 'generic') return { kind: 'unique', fingerprint: `id:${hashOf(trade)}` };
  return { kind: 'unique', fingerprint: `${format}:${brokerTradeId}` };
}

/** @param occurrence 0 for the first of equal lines */
export function countedFingerprint(contentHash: string, occurrence: number): string {
  return `content:${contentHash}:${occurrence}`;
}

/** An execution of Bourse itself. */
export function ownFingerprint(executionId: string): string {
  return `bourse:${executionId}`;
}

function hashOf(trade: ParsedTrade): string {
  const content = [
    trade.brokerTradeId ?? '',
    trade.executedAt.toISOString(),
    trade.symbol,
    trade.side,
    trade.quantity.toFixed(),
    trade.price.toFixed(),
    trade.currency,
    trade.fee.toFixed(),
    trade.feeCurrency,
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 32);
}
