import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { dueAtMs, ScheduleRegistry, type ScheduleDefinition } from '../../../redis/index.js';
import { alreadyRunning, unknownSchedule } from '../maintenance.errors.js';
import { ScheduleRunsRepository, type ScheduleRun } from './schedule-runs.repository.js';
import { nextRunAtMs } from './schedule-turn.js';
import type { RunRequested, ScheduleView } from './schedules.dto.js';

/** What operators see and ask of the schedules, in any process: runs begin in one that works. */
@Injectable()
export class SchedulesService {
  constructor(
    private readonly registry: ScheduleRegistry,
    private readonly runs: ScheduleRunsRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async list(): Promise<ScheduleView[]> {
    const rows = new Map((await this.runs.list()).map((row) => [row.name, row]));
    const nowMs = this.clock.nowMs();
    return this.registry.schedules
      .map((schedule) => toView(schedule, rows.get(schedule.name), nowMs))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /**
   * Begins within a second or two where a process works.
   * @throws AppError `maintenance.unknown_schedule`, `maintenance.already_running`
   */
  async requestRun(name: string): Promise<RunRequested> {
    const schedule = this.registry.find(name);
    if (schedule === undefined) throw unknownSchedule();
    const slotAt = new Date(dueAtMs(schedule, this.clock.nowMs()));
    await this.runs.introduce([{ name, slotAt }]);
    const requestedAt = await this.runs.request(name);
    if (requestedAt === undefined) throw alreadyRunning(name);
    return { name, requestedAt: requestedAt.toISOString() };
  }
}

function toView(
  schedule: ScheduleDefinition,
  row: ScheduleRun | undefined,
  nowMs: number,
): ScheduleView {
  const { name, description, everyMs, calendar } = schedule;
  const running = row?.run === 'under way';
  return {
    name,
    description,
    everyMs: everyMs ?? null,
    calendar: calendar?.text ?? null,
    running,
    runningOn: running ? row.runningOn : null,
    nextRunAt: new Date(nextRunAtMs(schedule, row, nowMs)).toISOString(),
    lastRun: lastRun(row),
  };
}

function lastRun(row: ScheduleRun | undefined): ScheduleView['lastRun'] {
  if (!row?.startedAt || !row.finishedAt || !row.outcome) return null;
  return {
    startedAt: row.startedAt.toISOString(),
    finishedAt: row.finishedAt.toISOString(),
    durationMs: row.durationMs ?? 0,
    outcome: row.outcome,
    result: row.result,
    error: row.error,
    instance: row.instance ?? '',
  };
}
