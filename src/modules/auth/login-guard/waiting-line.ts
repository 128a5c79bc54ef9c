export interface WaitingLineOptions {
  /** Whoever waits in a line goes on alone, and no two closer together than this. */
  readonly turnMs: number;
  /** In one line at once. */
  readonly maxWaiting: number;
  /** In all lines together: each of them holds a request open. */
  readonly maxWaitingInAll: number;
}

/**
 * Lets callers of one line go on one by one, first come, first served. A group has one place in a line: who sends
 * a hundred at once gets no more turns than who sends one.
 */
export class WaitingLine {
  readonly #options: WaitingLineOptions;
  readonly #lines = new Map<string, { lastTurnAtMs: number; readonly groups: Set<string> }>();
  #waiting = 0;

  constructor(options: WaitingLineOptions) {
    this.#options = options;
  }

  /** Resolves at the caller's turn. @returns undefined at once when there is no place. */
  wait(line: string, group: string): Promise<true> | undefined {
    const { turnMs, maxWaiting, maxWaitingInAll } = this.#options;
    const nowMs = performance.now();
    const state = this.#lines.get(line) ?? { lastTurnAtMs: nowMs, groups: new Set<string>() };
    if (state.groups.has(group) || state.groups.size >= maxWaiting) return undefined;
    if (this.#waiting >= maxWaitingInAll) return undefined;
    this.#lines.set(line, state);
    this.#waiting += 1;
    state.groups.add(group);
    state.lastTurnAtMs += turnMs;
    return new Promise((resolve) => {
      setTimeout(() => {
        this.#waiting -= 1;
        state.groups.delete(group);
        // Nobody follows: who comes next waits a whole turn again.
        if (state.groups.size === 0) this.#lines.delete(line);
        resolve(true);
      }, state.lastTurnAtMs - nowMs);
    });
  }
}
