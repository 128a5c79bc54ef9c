import { signalFinal } from '../trading.errors.js';

/**
 * `pending`: stored, nobody has decided · `approved`: to become an order, its job not run yet · `executed`: it became one ·
 * `refused`: it could not, see the reason; its owner may still approve it · `dismissed` · `expired`: its time was over first.
 */
export const SIGNAL_STATUSES = [
  'pending',
  'approved',
  'executed',
  'refused',
  'dismissed',
  'expired',
] as const;
export type SignalStatus = (typeof SIGNAL_STATUSES)[number];

const NEXT: Readonly<Record<SignalStatus, readonly SignalStatus[]>> = {
  pending: ['approved', 'executed', 'refused', 'dismissed', 'expired'],
  approved: ['executed', 'refused', 'expired'],
  executed: [],
  refused: ['approved', 'dismissed', 'expired'],
  dismissed: [],
  expired: [],
};

/** @throws AppError `trading.signal_final` (conflict) when a signal's life has no such step. */
export function assertSignalStep(from: SignalStatus, to: SignalStatus): void {
  if (!NEXT[from].includes(to)) throw signalFinal(from, to);
}

/** What a signal is at a moment: the end of its time needs nobody to write it down. */
export function statusAt(
  { status, validUntil }: { readonly status: SignalStatus; readonly validUntil: Date },
  nowMs: number,
): SignalStatus {
  const isOver = validUntil.getTime() <= nowMs;
  return isOver && NEXT[status].includes('expired') ? 'expired' : status;
}
