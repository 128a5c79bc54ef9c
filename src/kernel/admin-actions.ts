import type { JsonValue } from './json.js';

/** Something that an administrator is about to do. */
export interface AdminAction {
  /** User. */
  readonly actorId: string;
  /** The route: `POST /api/admin/queues/:queue/pause`. */
  readonly action: string;
  /** What it is done to: names and ids, never payloads. `{ "queue": "trading" }` */
  readonly target: Readonly<Record<string, JsonValue>>;
  readonly correlationId: string;
}

/** `begun`: it is under way, or its process died before it could say how it went. */
export const ACTION_OUTCOMES = ['begun', 'done', 'failed'] as const;
export type ActionOutcome = (typeof ACTION_OUTCOMES)[number];

/** What administrators have done. It is written before anything is done, so that nothing goes unrecorded. */
export abstract class AdminActions {
  /** @returns its id. Rejects when it cannot be written: then it must not be done. */
  abstract begin(action: AdminAction): Promise<string>;
  /** @param status that the caller was answered with. */
  abstract end(id: string, outcome: Exclude<ActionOutcome, 'begun'>, status: number): Promise<void>;
  /** Deletes those that were begun longer ago than `olderThanMs`. @returns how many. */
  abstract forget(olderThanMs: number): Promise<number>;
}
