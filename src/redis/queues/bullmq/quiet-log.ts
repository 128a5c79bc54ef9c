import type { Logger } from '@nestjs/common';

const REPEAT_AFTER_MS = 10_000;

/** Logs an error that keeps coming (every retry during an outage) once per ten seconds. */
export class QuietLog {
  #last = '';
  #againAtMs = 0;

  constructor(private readonly logger: Logger) {}

  warn(what: string, error: Error): void {
    const text = `${what}: ${error.message || error.name}`;
    if (text === this.#last && performance.now() < this.#againAtMs) return;
    this.#last = text;
    this.#againAtMs = performance.now() + REPEAT_AFTER_MS;
    this.logger.warn(text);
  }
}
