const INTERVAL_MS = 10_000;

interface WarningLog {
  warn(message: string): void;
}

/**
 * Logs faults that callers are spared from, at most one line in ten seconds: an outage must not
 * fill the disk.
 */
export class FaultLog {
  readonly #logger: WarningLog;
  #quietUntilMs = 0;
  #suppressed = 0;

  constructor(logger: WarningLog) {
    this.#logger = logger;
  }

  /** @param what what was given up, in words: `read of trading.quote`. */
  report(what: string, fault: unknown): void {
    const nowMs = performance.now();
    if (nowMs < this.#quietUntilMs) {
      this.#suppressed += 1;
      return;
    }
    const reason = fault instanceof Error ? fault.message : String(fault);
    const more = this.#suppressed > 0 ? ` (and ${this.#suppressed} more since the last line)` : '';
    this.#logger.warn(`${what} failed: ${reason}${more}`);
    this.#quietUntilMs = nowMs + INTERVAL_MS;
    this.#suppressed = 0;
  }
}
