import { Injectable } from '@nestjs/common';
import { AppError } from '../../kernel/app-error.js';
import type { JsonValue } from '../../kernel/json.js';
import { SECOND_MS } from '../../kernel/duration.js';
import type { ScheduleDefinition } from './schedule-definition.js';

/** What a scheduled run gets. */
export interface ScheduledRun {
  /** Aborts when the process shuts down: stop soon, the run is repeated elsewhere. */
  readonly signal: AbortSignal;
}

export type Schedule = ScheduleDefinition & {
  /** @returns what is shown as the result of the run; it must be safe to run twice. */
  readonly run: (run: ScheduledRun) => Promise<JsonValue>;
};

/**
 * The schedules there are. Modules register theirs at start, in every role; one instance of the fleet at a
 * time runs each (the maintenance module sees to it).
 */
@Injectable()
export class ScheduleRegistry {
  readonly #schedules = new Map<string, Schedule>();

  /** In the order of registration. */
  get schedules(): Schedule[] {
    return [...this.#schedules.values()];
  }

  /** @throws AppError `schedule.invalid` (internal) for a name that is taken or a pace under 1 s. */
  register(definition: ScheduleDefinition, run: Schedule['run']): void {
    const { name, everyMs, calendar } = definition;
    const isTooOften = calendar === undefined && !(everyMs >= SECOND_MS);
    if (this.#schedules.has(name) || isTooOften) {
      throw new AppError('internal', 'schedule.invalid', `schedule ${name}: taken, or too often`);
    }
    this.#schedules.set(name, { ...definition, run });
  }

  find(name: string): Schedule | undefined {
    return this.#schedules.get(name);
  }
}
