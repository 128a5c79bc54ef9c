/**
 * Of property tests: how many runs, where it is asked for more than are worth their time each time, and which one is to
 * be seen again. `FC_RUNS=200 npx jest … -t '…'` runs for longer; what a failure prints shows it again:
 * `FC_REPLAY='{"seed":1,"path":"2:0","replayPath":"AB:C"}'`.
 */
export const RUNS = Number(process.env['FC_RUNS'] ?? 0);
export const REPLAY = JSON.parse(process.env['FC_REPLAY'] ?? '{}') as {
  seed?: number;
  path?: string;
  replayPath?: string;
};

/** Until it is asked for more. */
export function atLeast(numRuns: number): { numRuns: number; seed?: number; path?: string } {
  const { seed, path } = REPLAY;
  return {
    numRuns: Math.max(RUNS, numRuns),
    ...(seed !== undefined && { seed }),
    ...(path !== undefined && { path }),
  };
}
