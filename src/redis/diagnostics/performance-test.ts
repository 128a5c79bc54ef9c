export const PERFORMANCE_COMMANDS = ['set', 'get', 'delete'] as const;
export type PerformanceCommand = (typeof PERFORMANCE_COMMANDS)[number];

/** Round trips of one command, as this process sees them. */
export interface LatencySummary {
  readonly operations: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}

export interface PerformanceReport {
  /** Of all commands together; one at a time, so not what the server could do. */
  readonly operations: number;
  readonly durationMs: number;
  readonly operationsPerSecond: number;
  /** null: the time was up before its first. */
  readonly commands: Readonly<Record<PerformanceCommand, LatencySummary | null>>;
  /** false: the time was up before all operations were done. */
  readonly complete: boolean;
}

/** @returns null for nothing measured */
export function summarize(latenciesMs: readonly number[]): LatencySummary | null {
  const sorted = [...latenciesMs].sort((a, b) => a - b);
  const max = sorted.at(-1);
  if (max === undefined) return null;
  return {
    operations: sorted.length,
    p50Ms: rounded(percentile(sorted, 0.5)),
    p95Ms: rounded(percentile(sorted, 0.95)),
    maxMs: rounded(max),
  };
}

/** Nearest rank: the smallest value that at least `share` of all do not exceed. @param sorted ascending, not empty */
export function percentile(sorted: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[Math.min(rank, sorted.length) - 1] ?? Number.NaN;
}

function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

/**
 * Does the three commands in turn, `operations` times each, until `deadlineMs` have passed.
 * @param run sends one command for the n-th key and waits for its answer
 */
export async function measure(
  operations: number,
  deadlineMs: number,
  run: (command: PerformanceCommand, index: number) => Promise<unknown>,
): Promise<PerformanceReport> {
  const latenciesMs: Record<PerformanceCommand, number[]> = { set: [], get: [], delete: [] };
  const startedAtMs = performance.now();
  let done = 0;
  while (done < operations && performance.now() - startedAtMs < deadlineMs) {
    for (const command of PERFORMANCE_COMMANDS) {
      const sentAtMs = performance.now();
      await run(command, done);
      latenciesMs[command].push(performance.now() - sentAtMs);
    }
    done += 1;
  }
  const durationMs = performance.now() - startedAtMs;
  const commands = done * PERFORMANCE_COMMANDS.length;
  return {
    operations: commands,
    durationMs: rounded(durationMs),
    operationsPerSecond: durationMs > 0 ? Math.round((commands / durationMs) * 1_000) : 0,
    commands: {
      set: summarize(latenciesMs.set),
      get: summarize(latenciesMs.get),
      delete: summarize(latenciesMs.delete),
    },
    complete: done === operations,
  };
}
