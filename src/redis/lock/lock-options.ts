import { HOUR_MS } from '../../kernel/duration.js';
import { invalid } from './lock-errors.js';

const MIN_TTL_MS = 100;
const MAX_MS = HOUR_MS;
const MAX_IDS = 100;
const DEFAULT_MAX_WAITERS = 1_000;

export interface LockOptions {
  /**
   * How long the lease lives without an extension; it is extended while the work runs. 100 to
   * 3,600,000.
   */
  readonly ttlMs: number;
  /** How long to wait for other holders. 0 (default): answer at once. At most 3,600,000. */
  readonly waitMs?: number;
  /** Ends the wait early; the error is the signal's reason. */
  readonly signal?: AbortSignal;
  /** Who comes when so many wait already is refused. Default 1,000. */
  readonly maxWaiters?: number;
  /**
   * The lease counts once so many replicas of the server have it: a failover to one of them does
   * not lose it. Default 0. In the process alone there is no failover, and nothing to check.
   */
  readonly minReplicas?: number;
}

/** {@link LockOptions} with nothing left out. */
export interface LockRequest {
  readonly ttlMs: number;
  readonly waits: boolean;
  /** On the monotonic clock. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  readonly maxWaiters: number;
  readonly minReplicas: number;
}

/** @throws AppError `lock.invalid` (internal): a mistake of the program. */
export function lockRequest(options: LockOptions): LockRequest {
  const { ttlMs, waitMs = 0, signal, maxWaiters = DEFAULT_MAX_WAITERS, minReplicas = 0 } = options;
  if (!Number.isInteger(ttlMs) || ttlMs < MIN_TTL_MS || ttlMs > MAX_MS) {
    throw invalid(`a lock's ttlMs is an integer from ${MIN_TTL_MS} to ${MAX_MS}`);
  }
  if (!(waitMs >= 0 && waitMs <= MAX_MS)) {
    throw invalid(`a lock's waitMs is a number from 0 to ${MAX_MS}`);
  }
  if (!Number.isInteger(maxWaiters) || maxWaiters < 1) {
    throw invalid("a lock's maxWaiters is an integer from 1 on");
  }
  if (!Number.isInteger(minReplicas) || minReplicas < 0) {
    throw invalid("a lock's minReplicas is an integer from 0 on");
  }
  const deadlineMs = performance.now() + waitMs;
  return { ttlMs, waits: waitMs > 0, deadlineMs, signal, maxWaiters, minReplicas };
}

/** @returns `{name}:{id}`. @throws AppError `lock.invalid` (internal): a mistake of the program. */
export function lockResource(name: string, id: string): string {
  // The first colon ends the name: otherwise (a, b:c) and (a:b, c) were one lock. And a name that
  // began with a brace would end the hash tag of its keys.
  if (!/^\w[^:]*$/.test(name)) {
    throw invalid('a lock needs a name that begins with a letter and has no colon');
  }
  return `${name}:${id}`;
}

/**
 * In the one order in which everybody takes them, so that no two wait for each other.
 * @throws AppError `lock.invalid` (internal): a mistake of the program.
 */
export function lockResources(name: string, ids: readonly string[]): string[] {
  const resources = [...new Set(ids)].sort().map((id) => lockResource(name, id));
  if (resources.length === 0 || resources.length > MAX_IDS) {
    throw invalid(`from 1 to ${MAX_IDS} locks can be taken at once`);
  }
  return resources;
}
