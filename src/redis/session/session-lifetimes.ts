export interface SessionLifetimes {
  /** Without use for so long, a session ends. */
  readonly idleMs: number;
  /** After login, however active. */
  readonly absoluteMs: number;
  /** A token that was replaced still opens its session for so long: for requests that are under way with it. */
  readonly graceMs: number;
}
