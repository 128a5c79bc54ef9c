import { z } from 'zod';
import { SECOND_MS } from '../../../kernel/duration.js';
import { defineTopic } from '../../../redis/index.js';

/** Instances tell the one that feeds the quotes whose profit is being looked at. */
export const pnlWatched = defineTopic(
  'trading.pnl-watch',
  z.object({ userIds: z.array(z.uuid()) }),
);

/** How often an instance repeats who watches. */
export const WATCH_BEAT_MS = SECOND_MS;
/** Who was not named for so long watches no more: some beats may get lost. */
const FORGOTTEN_AFTER_MS = 5 * SECOND_MS;

/**
 * Who is watching, as last heard. Never more than `limit`: who comes when it is full gets no updates until
 * somebody leaves, and still has what it asks for.
 */
export class Watchers {
  readonly #untilMs = new Map<string, number>();

  constructor(private readonly limit: number) {}

  hear(userIds: readonly string[], nowMs: number): void {
    this.#forget(nowMs);
    for (const userId of userIds) {
      if (!this.#untilMs.has(userId) && this.#untilMs.size >= this.limit) continue;
      this.#untilMs.set(userId, nowMs + FORGOTTEN_AFTER_MS);
    }
  }

  now(nowMs: number): string[] {
    this.#forget(nowMs);
    return [...this.#untilMs.keys()];
  }

  #forget(nowMs: number): void {
    for (const [userId, untilMs] of this.#untilMs) {
      if (untilMs <= nowMs) this.#untilMs.delete(userId);
    }
  }
}
