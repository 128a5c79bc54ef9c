import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { MINUTE_MS, SECOND_MS } from '../../../kernel/duration.js';
import { newId } from '../../../kernel/ids.js';
import { dueAtMs, ScheduleRegistry, type Schedule } from '../../../redis/index.js';
import { ScheduledRunner } from './scheduled-runner.js';
import { ScheduleRunsRepository } from './schedule-runs.repository.js';
import { latestSlotMs, mayBegin, REPEAT_AFTER_MS } from './schedule-turn.js';

const TICK_MS = SECOND_MS;
/** A run whose instance died begins again elsewhere after so long; a living one prolongs its lease three times as often. */
const LEASE_MS = 30 * SECOND_MS;
/** Work that takes longer belongs into a job. */
const RUN_TIMEOUT_MS = 2 * MINUTE_MS;
/** A run that does not heed its time-out, and never ends, must not stand in the way for ever. */
const HELD_MS = 10 * MINUTE_MS;
const MAX_RUNS_AT_ONCE = 4;
/** For the runs to notice that the process ends. */
const STOP_MS = 3 * SECOND_MS;

/**
 * Runs what is due. Every process that works looks once a second; the turn is a row in PostgreSQL that one of
 * them gets, so that schedules go on while Redis is away: they are what notices it.
 */
@Injectable()
export class ScheduleRunner
  implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown
{
  readonly #logger = new Logger('Schedules');
  readonly #instance = `${hostname()}/${process.pid}/${newId().slice(-6)}`;
  readonly #stopping = new AbortController();
  readonly #running = new Map<string, Promise<void>>();
  #loop: Promise<void> = Promise.resolve();
  #databaseIsAway = false;

  constructor(
    private readonly registry: ScheduleRegistry,
    private readonly runs: ScheduleRunsRepository,
    private readonly runner: ScheduledRunner,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.#loop = this.#tickOn(this.#stopping.signal);
  }

  onModuleDestroy(): void {
    this.#stopping.abort();
  }

  /** The database is open until after this. */
  async beforeApplicationShutdown(): Promise<void> {
    const ended = Promise.all([this.#loop, ...this.#running.values()]);
    await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })]);
  }

  async #tickOn(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      await this.#tick();
      await sleep(TICK_MS, undefined, { signal: stopping }).catch(() => undefined);
    }
  }

  async #tick(): Promise<void> {
    try {
      await this.#beginDue();
      if (this.#databaseIsAway) this.#logger.log('schedules run again');
      this.#databaseIsAway = false;
    } catch (error) {
      // Once per outage: the loop comes by every second.
      if (!this.#databaseIsAway) {
        this.#logger.error({ message: 'schedules cannot be read', err: error });
      }
      this.#databaseIsAway = true;
    }
  }

  async #beginDue(): Promise<void> {
    const rows = new Map((await this.runs.list()).map((row) => [row.name, row]));
    const nowMs = this.clock.nowMs();
    const { schedules } = this.registry;
    await this.runs.introduce(
      schedules
        .filter(({ name }) => !rows.has(name))
        .map((schedule) => ({ name: schedule.name, slotAt: new Date(dueAtMs(schedule, nowMs)) })),
    );
    for (const schedule of schedules) {
      const row = rows.get(schedule.name);
      if (row !== undefined && mayBegin(schedule, row, nowMs)) await this.#begin(schedule, nowMs);
    }
  }

  async #begin(schedule: Schedule, nowMs: number): Promise<void> {
    const { name } = schedule;
    // One that did not heed its time-out may still be at it.
    if (this.#running.has(name) || this.#running.size >= MAX_RUNS_AT_ONCE) return;
    if (this.#stopping.signal.aborted) return;
    const turn = {
      slotAt: new Date(dueAtMs(schedule, nowMs)),
      latestSlotAt: new Date(latestSlotMs(nowMs)),
      repeatAfterMs: REPEAT_AFTER_MS,
    };
    const claim = await this.runs.claim(name, turn, this.#instance, LEASE_MS);
    if (claim === undefined) return;
    const limits = { leaseMs: LEASE_MS, timeoutMs: RUN_TIMEOUT_MS, heldMs: HELD_MS };
    const ended = this.runner
      .run(schedule, claim, this.#instance, limits, this.#stopping.signal)
      .finally(() => this.#running.delete(name));
    this.#running.set(name, ended);
  }
}
