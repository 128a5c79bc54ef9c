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

/** One message names no more users than this. */
const MAX_NAMED = 200;

/** All of them, each once, in messages that are no longer than they may be. */
export function namedInPages(userIds: Iterable<string>): string[][] {
  const all = [...new Set(userIds)];
  const pages = Math.ceil(all.length / MAX_NAMED);
  return Array.from({ length: pages }, (_, page) =>
    all.slice(page * MAX_NAMED, (page + 1) * MAX_NAMED),
  );
}

/** Who is watching, as last heard; served in turn, however many there are. */
export class Watchers {
  /** Until when, by user: who waits longest comes first. */
  readonly #untilMs = new Map<string, number>();

  hear(userIds: readonly string[], nowMs: number): void {
    // Who is there already keeps the place in the line.
    for (const userId of userIds) this.#untilMs.set(userId, nowMs + FORGOTTEN_AFTER_MS);
  }

  /** Those who are still there, at this time. */
  now(nowMs: number): ReadonlySet<string> {
    for (const [userId, untilMs] of this.#untilMs) {
      if (untilMs <= nowMs) this.#untilMs.delete(userId);
    }
    return new Set(this.#untilMs.keys());
  }

  /** The next `count` at most, which go to the end of the line. */
  next(count: number): string[] {
    const served = [...this.#untilMs].slice(0, count);
    for (const [userId, untilMs] of served) {
      this.#untilMs.delete(userId);
      this.#untilMs.set(userId, untilMs);
    }
    return served.map(([userId]) => userId);
  }
}
