import { MINUTE_MS, SECOND_MS } from '../../../kernel/duration.js';
import type { SystemSettings } from '../../system-config/index.js';

/** Fewer cached reads than this in a minute say nothing about a hit rate. */
export const MIN_LOOKUPS = 200;

/** What heals by itself within it is nobody's business. */
export const LINK_TOLERANCE_MS = MINUTE_MS;

/** A worker is started anew before; where that changed nothing, somebody has to look. */
export const STUCK_TOLERANCE_MS = 30 * SECOND_MS;

export type Thresholds = SystemSettings['alerts'];

/** What was measured. */
export interface Readings {
  readonly redis:
    | { readonly kind: 'embedded' }
    | { readonly kind: 'away' }
    | {
        readonly kind: 'up';
        readonly usedBytes: number;
        /** null: no limit is set. */
        readonly maxBytes: number | null;
        /** New entries of the slow log in the last minute. */
        readonly slowQueries: number;
      };
  /** How many there are. */
  readonly instances: number;
  /** Of all instances, in the last minute. */
  readonly lookups: number;
  /** Ended values included, which were served because a source failed or was slow. */
  readonly hits: number;
  readonly connectionErrors: number;
  /** Instances that have not heard for more than a minute of what others changed in caches. */
  readonly brokenLinks: number;
  readonly longestBrokenLinkMs: number;
  /** Rows of the outbox that have failed for a minute or so; null where the database cannot be asked. */
  readonly failingRows: number | null;
  /** What processes say of their workers: for how long they took none of the jobs that they could have. */
  readonly stuckQueues: readonly {
    readonly queue: string;
    readonly stuckMs: number;
    /** Of the worker in that process, in the last minute. */
    readonly restarts: number;
  }[];
  /** `waiting` is null where the queue cannot be asked. */
  readonly queues: readonly { readonly name: string; readonly waiting: number | null }[];
}

export interface Verdict {
  /** One alert of a kind is active at a time. */
  readonly kind: string;
  /** `unknown` leaves an alert as it is. */
  readonly state: 'firing' | 'clear' | 'unknown';
  readonly message: string;
  readonly value: number | null;
  readonly threshold: number | null;
}

export interface LedgerFindings {
  readonly accounts: number;
  /** Accounts that are not what their journals say. */
  readonly differing: number;
  /** The first of them. */
  readonly accountIds: readonly string[];
}

const LEDGER_KIND = 'ledger_difference';
/** Stands from a check that came to no end until one that does. */
const LEDGER_CHECK_KIND = 'ledger_check_failed';
/** Judged by a check of its own, once a day. */
export const LEDGER_KINDS: ReadonlySet<string> = new Set([LEDGER_KIND, LEDGER_CHECK_KIND]);

/** The state of every alert there can be (requirements, A20). */
export function evaluate(readings: Readings, thresholds: Thresholds): Verdict[] {
  return [
    connection(readings),
    memory(readings, thresholds.memoryPercent),
    hitRate(readings, thresholds.hitRatePercent),
    link(readings),
    slowQueries(readings, thresholds.slowQueries),
    outbox(readings),
    ...[...LEDGER_KINDS].map(unknown),
    ...readings.queues.map((queue) => backlog(queue, thresholds.queueBacklog)),
    ...readings.queues.map(({ name }) => stuck(name, readings)),
  ];
}

/** Of a check of the ledger: any difference fires, and stands until a check finds none. */
export function ledgerVerdict({ accounts, differing, accountIds }: LedgerFindings): Verdict {
  if (differing === 0) return clear(LEDGER_KIND);
  const names = accountIds.slice(0, 3).join(', ');
  const message = `${differing} of ${accounts} accounts differ from their journals: ${names}.`;
  return firing(LEDGER_KIND, message, differing, 0);
}

/** Of the check of the ledger itself: null, it has ended. */
export function ledgerCheckVerdict(
  stalled: { readonly startedAt: string; readonly accounts: number } | null,
): Verdict {
  if (stalled === null) return clear(LEDGER_CHECK_KIND);
  const { startedAt, accounts } = stalled;
  const message = `The check of the ledger of ${startedAt} came to no end, after ${accounts} accounts.`;
  return firing(LEDGER_CHECK_KIND, message, accounts, null);
}

/** 0–100 with one decimal; null for nothing looked up. */
export function hitRatePercent(hits: number, lookups: number): number | null {
  return lookups > 0 ? Math.round((hits / lookups) * 1_000) / 10 : null;
}

function connection({ redis, connectionErrors }: Readings): Verdict {
  const kind = 'redis_connection';
  if (redis.kind === 'embedded') return clear(kind);
  if (redis.kind === 'away') {
    return firing(kind, 'Redis does not answer.', connectionErrors, 0);
  }
  if (connectionErrors === 0) return clear(kind);
  const message = `Connections to Redis were lost or failed ${connectionErrors} times within a minute.`;
  return firing(kind, message, connectionErrors, 0);
}

function memory({ redis }: Readings, threshold: number): Verdict {
  const kind = 'redis_memory';
  if (redis.kind === 'away') return unknown(kind);
  if (redis.kind === 'embedded' || redis.maxBytes === null) return clear(kind);
  const percent = Math.round((redis.usedBytes / redis.maxBytes) * 1_000) / 10;
  if (percent <= threshold) return clear(kind);
  return firing(kind, `Redis uses ${percent} % of the memory it may use.`, percent, threshold);
}

function hitRate({ hits, lookups }: Readings, threshold: number): Verdict {
  const kind = 'cache_hit_rate';
  const percent = hitRatePercent(hits, lookups);
  if (percent === null || lookups < MIN_LOOKUPS || percent >= threshold) return clear(kind);
  const message = `Only ${percent} % of ${lookups} cached reads within a minute were hits.`;
  return firing(kind, message, percent, threshold);
}

function link({ instances, brokenLinks, longestBrokenLinkMs }: Readings): Verdict {
  const kind = 'cache_link';
  if (brokenLinks === 0) return clear(kind);
  const seconds = Math.round(longestBrokenLinkMs / SECOND_MS);
  const message =
    `${brokenLinks} of ${instances} processes do not hear of changes in cached values, ` +
    `for ${seconds} s by now.`;
  return firing(kind, message, seconds, LINK_TOLERANCE_MS / SECOND_MS);
}

function slowQueries({ redis }: Readings, threshold: number): Verdict {
  const kind = 'slow_queries';
  if (redis.kind === 'away') return unknown(kind);
  if (redis.kind === 'embedded' || redis.slowQueries <= threshold) return clear(kind);
  const message = `Redis logged ${redis.slowQueries} slow commands within a minute.`;
  return firing(kind, message, redis.slowQueries, threshold);
}

function outbox({ failingRows }: Readings): Verdict {
  const kind = 'outbox_failing';
  if (failingRows === null) return unknown(kind);
  if (failingRows === 0) return clear(kind);
  const message = `${failingRows} jobs or events cannot be delivered, and hold back what follows on them.`;
  return firing(kind, message, failingRows, 0);
}

function backlog({ name, waiting }: Readings['queues'][number], threshold: number): Verdict {
  const kind = `queue_backlog:${name}`;
  if (waiting === null) return unknown(kind);
  if (waiting <= threshold) return clear(kind);
  return firing(kind, `${waiting} jobs wait in the queue "${name}".`, waiting, threshold);
}

function stuck(name: string, { stuckQueues }: Readings): Verdict {
  const kind = `queue_stuck:${name}`;
  const reports = stuckQueues.filter(({ queue }) => queue === name);
  const restarts = reports.reduce((total, report) => total + report.restarts, 0);
  const longestMs = Math.max(0, ...reports.map(({ stuckMs }) => stuckMs));
  if (restarts === 0 && longestMs <= STUCK_TOLERANCE_MS) return clear(kind);
  const seconds = Math.round(longestMs / SECOND_MS);
  const message =
    `Workers of the queue "${name}" took no jobs although some waited, ` +
    (restarts > 0
      ? `and were started anew ${restarts} times within a minute.`
      : `for ${seconds} s by now.`);
  return firing(kind, message, restarts > 0 ? restarts : seconds, 0);
}

function firing(
  kind: string,
  message: string,
  value: number | null,
  threshold: number | null,
): Verdict {
  return { kind, state: 'firing', message, value, threshold };
}

function clear(kind: string): Verdict {
  return { kind, state: 'clear', message: '', value: null, threshold: null };
}

function unknown(kind: string): Verdict {
  return { ...clear(kind), state: 'unknown' };
}
