/** A page that opens many views asks for all its channels at once. */
const BURST = 200;
const PER_SECOND = 20;
/** Refused requests in a row of a client that does not listen. */
const MAX_REFUSED = 200;

/** How much one client may ask: a bucket of {@link BURST} requests that fills by {@link PER_SECOND}. */
export class RequestBudget {
  #left = BURST;
  #refused = 0;
  #atMs: number;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
  }

  /** `end`: it was told often enough. */
  take(nowMs: number): 'grant' | 'refuse' | 'end' {
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs = nowMs;
    this.#left = Math.min(BURST, this.#left + (elapsedMs / 1_000) * PER_SECOND);
    if (this.#left >= 1) {
      this.#left -= 1;
      this.#refused = 0;
      return 'grant';
    }
    this.#refused += 1;
    return this.#refused > MAX_REFUSED ? 'end' : 'refuse';
  }
}
