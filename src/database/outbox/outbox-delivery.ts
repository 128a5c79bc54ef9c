import { Logger } from '@nestjs/common';
import { AppError } from '../../kernel/app-error.js';
import type { Correlation } from '../../kernel/correlation.js';
import { withoutStatementValues } from '../../kernel/error-text.js';
import type { RowDelay } from './outbox.repository.js';
import type { OutboxRow } from './outbox.table.js';

/** Delivers one row; a rejection means "again later". */
export type OutboxDelivery = (row: OutboxRow) => Promise<void>;

/** Finds rows that no commit of this process announced: those of a process that died, or that failed before. */
export const POLL_MS = 1_000;
/** A relay that dies with claimed rows holds them up for this long at most. */
export const LEASE_MS = 30_000;
/** No delivery begins after this long under one lease. */
export const DELIVERY_MS = 15_000;
/** One that takes longer has failed: with {@link DELIVERY_MS} before it, it is over well before the lease is. */
const LONGEST_DELIVERY_MS = 10_000;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 30_000;
const LONGEST_AWAY_MS = 2_000;

/**
 * How long a row waits after its n-th failed delivery: 0.2 s, doubling up to 30 s. Up to 2 s where what it is for is away: that will be
 * back, and work is then to go on at once. It is never given up.
 */
export function retryDelayMs(attempts: number, error?: unknown): number {
  const isAway = error instanceof AppError && error.kind === 'unavailable';
  const longestMs = isAway ? LONGEST_AWAY_MS : LONGEST_RETRY_MS;
  return Math.min(longestMs, FIRST_RETRY_MS * 2 ** Math.min(attempts - 1, 16));
}

/** Tries to deliver rows, each under its correlation id. */
export class DeliveryAttempt {
  readonly #logger = new Logger('OutboxRelay');

  constructor(
    private readonly delivery: OutboxDelivery,
    private readonly correlation: Correlation,
  ) {}

  /** @returns when to try again; undefined once it is delivered. */
  async deliver(row: OutboxRow): Promise<RowDelay | undefined> {
    try {
      await this.correlation.run(row.correlationId, () => inTime(this.delivery(row)));
      return undefined;
    } catch (error) {
      const { id, topic, stream, attempts } = row;
      const delayMs = retryDelayMs(attempts, error);
      const message = 'outbox delivery failed';
      this.#logger.warn({ message, err: error, outboxId: id, topic, stream, attempts, delayMs });
      return { id, delayMs, error: textOf(error) };
    }
  }
}

async function inTime(delivery: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const text = `not delivered within ${LONGEST_DELIVERY_MS} ms`;
    timer = setTimeout(
      () => reject(new AppError('timeout', 'outbox.timeout', text)),
      LONGEST_DELIVERY_MS,
    );
  });
  try {
    await Promise.race([delivery, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** With what caused it: the outermost one often says no more than that something failed. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = withoutStatementValues(error.message);
  return error.cause === undefined ? own : `${own}: ${textOf(error.cause)}`;
}
