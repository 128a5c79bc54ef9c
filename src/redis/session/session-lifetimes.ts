export interface SessionLifetimes {
  /** Without use for so long, a session ends. */
  readonly idleMs: number;
  /** After login, however active. */
  readonly absoluteMs: number;
}
