/** A bar as the statistics see it: plain numbers, because a model estimates and never pays. */
export interface Bar {
  /** Milliseconds since the epoch. */
  readonly openAtMs: number;
  /** Prices in USD, all above zero. */
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Shares; zero on a bar without a trade. */
  readonly volume: number;
}
