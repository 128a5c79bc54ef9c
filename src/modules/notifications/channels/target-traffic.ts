import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../../../kernel/clock.js';
import { MINUTE_MS, SECOND_MS } from '../../../kernel/duration.js';
import { HEALTHY, isDown, withEnd, withRequest, type TargetHealth } from './target-health.js';

/** Requests of one user that are under way at once, of the four that a process makes. */
const LANES = 2;
/** What is taken for the length of a request while nobody knows. */
const USUAL_MS = 100;
const SHORTEST_MS = 20;
const LONGEST_MS = 10 * SECOND_MS;
const FURTHEST_TURN_MS = 5 * MINUTE_MS;
/** What is not used for longest is forgotten, and taken for fast. */
const REMEMBERED = 10_000;

interface Lanes {
  /** When each request that is under way began; at most {@link LANES}. */
  readonly startedMs: number[];
  /** The last request. */
  lastedMs: number;
  nextTurnMs: number;
}

export type Admission =
  /** `leave` once, when the request has ended. */
  | { readonly kind: 'go'; readonly leave: (end: { readonly timedOut: boolean }) => void }
  /** `down`: the target is given a rest. */
  | { readonly kind: 'wait'; readonly waitMs: number; readonly down: boolean };

/**
 * Keeps receivers that answer late, or never, from taking the workers of everybody else: a user has two requests under
 * way in each process, whatever the channel, and who comes in between is given a turn, as far away as it probably is; a
 * target that answers nothing three times in a row is left alone, and then tried with one request.
 */
@Injectable()
export class TargetTraffic {
  readonly #lanes = new LRUCache<string, Lanes>({ max: REMEMBERED });
  readonly #health = new LRUCache<string, TargetHealth>({ max: REMEMBERED });

  constructor(@Inject(Clock) private readonly clock: Clock) {}

  enter(userId: string, targetId: string): Admission {
    const nowMs = this.clock.nowMs();
    const lanes = this.#lanesOf(userId);
    const before = this.#health.get(targetId) ?? HEALTHY;
    if (lanes.startedMs.length >= LANES) {
      return { kind: 'wait', waitMs: turnOf(lanes, nowMs, nowMs) - nowMs, down: isDown(before) };
    }
    const health = withRequest(before, nowMs);
    if (health === undefined) {
      const turnMs = turnOf(lanes, before.restsUntilMs, nowMs);
      return { kind: 'wait', waitMs: turnMs - nowMs, down: true };
    }
    this.#health.set(targetId, health);
    lanes.startedMs.push(nowMs);
    return {
      kind: 'go',
      leave: ({ timedOut }) => {
        const endMs = this.clock.nowMs();
        lanes.startedMs.splice(lanes.startedMs.indexOf(nowMs), 1);
        lanes.lastedMs = Math.max(endMs - nowMs, SHORTEST_MS);
        const known = this.#health.get(targetId) ?? HEALTHY;
        this.#health.set(targetId, withEnd(known, timedOut, endMs));
      },
    };
  }

  #lanesOf(userId: string): Lanes {
    const known = this.#lanes.get(userId);
    if (known) return known;
    const lanes = { startedMs: [], lastedMs: USUAL_MS, nextTurnMs: 0 };
    this.#lanes.set(userId, lanes);
    return lanes;
  }
}

/** The next one that nobody has, from `earliestMs` on. What lasts longer than the last request did counts for as long as it has lasted. */
function turnOf(lanes: Lanes, earliestMs: number, nowMs: number): number {
  const ages = lanes.startedMs.map((startedMs) => nowMs - startedMs);
  const lastsMs = Math.min(Math.max(lanes.lastedMs, ...ages), LONGEST_MS);
  const spacingMs = Math.ceil(lastsMs / LANES);
  const wanted = Math.max(earliestMs + spacingMs, lanes.nextTurnMs);
  const turnMs = Math.min(wanted, earliestMs + FURTHEST_TURN_MS);
  lanes.nextTurnMs = turnMs + spacingMs;
  return turnMs;
}
