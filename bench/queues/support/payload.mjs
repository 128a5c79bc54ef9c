// @ts-check

/** How long a job waited, and what it was about. @typedef {{ n: number, addedAt: number, orderId: string, note: string }} Payload */

export const QUEUE = 'bench';
export const JOB = 'execute';
export const CONCURRENCY = 8;
export const ATTEMPTS = 3;
export const BACKOFF = { delayMs: 1_000, maxDelayMs: 60_000 };
/** As many completed jobs as are kept, on both sides: what is more is removed by the completion itself. */
export const KEPT = { seconds: 86_400, count: 1_000 };
/** What `normal` means (queue-definition.ts). */
export const PRIORITY = 100;

const NOTE = 'of the size that a job of ours may have: ids, a symbol and a few numbers; '.repeat(3);

/** About 300 bytes of JSON. @param {number} n @returns {Payload} */
export function payloadOf(n) {
  return { n, addedAt: Date.now(), orderId: `order-${n % 1_000}`, note: NOTE };
}
