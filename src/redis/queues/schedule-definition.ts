/** Work that comes back: every `everyMs`, on the multiples of it since 1970 (UTC). */
export interface ScheduleDefinition {
  /** `<module>.<what>`: `portfolio.refresh-summaries`. */
  readonly name: string;
  /** One sentence for the list of schedules. */
  readonly description: string;
  /** At least 1 s. */
  readonly everyMs: number;
}

export function defineSchedule(definition: ScheduleDefinition): ScheduleDefinition {
  return Object.freeze({ ...definition });
}

/** The last due time at or before `atMs`. */
export function dueAtMs({ everyMs }: ScheduleDefinition, atMs: number): number {
  return Math.floor(atMs / everyMs) * everyMs;
}
