import { Injectable } from '@nestjs/common';
import { and, eq, getTableColumns, isNull, sql, type SQL } from 'drizzle-orm';
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core';
import { Database } from '../../../database/index.js';
import type { RunEnd } from './run-outcome.js';
import { scheduleRunsTable as runs, type ScheduleRunRow } from './schedule-runs.table.js';
import type { ScheduleState } from './schedule-turn.js';

export type ScheduleRun = ScheduleRunRow & ScheduleState;

/** A run under way. Whoever reports with the claim of an earlier one changes nothing. */
export interface RunClaim {
  readonly name: string;
  readonly claimNumber: number;
}

/** What an instance takes the time to be. */
export interface ScheduleTurn {
  readonly slotAt: Date;
  /** A slot after this is not believed. */
  readonly latestSlotAt: Date;
  readonly repeatAfterMs: number;
}

const nobodyRuns = sql`(${runs.leasedUntil} is null or ${runs.leasedUntil} <= now())`;

/** Leases are by the database's clock: instances need not agree on the time. */
@Injectable()
export class ScheduleRunsRepository {
  constructor(private readonly database: Database) {}

  list(): Promise<ScheduleRun[]> {
    const run = sql<ScheduleState['run']>`case
      when ${runs.leasedUntil} is null then 'none'
      when ${runs.leasedUntil} > now() then 'under way' else 'lost' end`;
    const endedForMs = sql`1000 * extract(epoch from now() - ${runs.finishedAt})`
      .mapWith(Number)
      .as('ended_for_ms');
    return this.database.sql.select({ ...getTableColumns(runs), run, endedForMs }).from(runs);
  }

  /** Schedules nobody has seen before begin with their next due time, not with a run at once. */
  async introduce(schedules: readonly { name: string; slotAt: Date }[]): Promise<void> {
    if (schedules.length === 0) return;
    await this.database.sql
      .insert(runs)
      .values([...schedules])
      .onConflictDoNothing({ target: runs.name });
  }

  /**
   * Takes the turn of `slotAt`. Of all who try, one gets it: the condition is checked by the statement that
   * writes. @returns undefined when there is none to take.
   */
  async claim(
    name: string,
    { slotAt, latestSlotAt, repeatAfterMs }: ScheduleTurn,
    instance: string,
    leaseMs: number,
  ): Promise<RunClaim | undefined> {
    const slot = sql`${slotAt.toISOString()}::timestamptz`;
    const isAhead = sql`${runs.slotAt} > ${latestSlotAt.toISOString()}::timestamptz`;
    const hasPaused = sql`coalesce(${runs.finishedAt}, '-infinity') <= ${fromNow(-repeatAfterMs)}`;
    const [claim] = await this.database.sql
      .update(runs)
      .set({
        // A clock that is a little late takes no later slot back.
        slotAt: sql`case when ${isAhead} then ${slot} else greatest(${runs.slotAt}, ${slot}) end`,
        requestedAt: null,
        runningSince: sql`now()`,
        runningOn: instance,
        leasedUntil: fromNow(leaseMs),
        claimNumber: sql`${runs.claimNumber} + 1`,
      })
      .where(
        and(
          eq(runs.name, name),
          nobodyRuns,
          // See `mayBegin`.
          sql`(${runs.leasedUntil} is not null or ${runs.requestedAt} is not null
            or ${runs.slotAt} < ${slot}
            or ((${runs.outcome} <> 'succeeded' or ${isAhead}) and ${hasPaused}))`,
        ),
      )
      .returning({ name: runs.name, claimNumber: runs.claimNumber });
    return claim;
  }

  /** @returns false when the claim was lost: stop. */
  extend(claim: RunClaim, leaseMs: number): Promise<boolean> {
    return this.#updateHeld(claim, { leasedUntil: fromNow(leaseMs) });
  }

  /** One that timed out may still be at it: its turn is kept until it is let go. */
  async finish(claim: RunClaim, instance: string, end: RunEnd): Promise<boolean> {
    return this.#updateHeld(claim, {
      ...end,
      durationMs: Math.round(end.durationMs),
      instance,
      startedAt: runs.runningSince,
      finishedAt: sql`now()`,
      ...(end.outcome !== 'timed_out' && NOT_RUNNING),
    });
  }

  letGo(claim: RunClaim): Promise<boolean> {
    return this.#updateHeld(claim, NOT_RUNNING);
  }

  /** The run did not come to its end: it is due again, anywhere. */
  release(claim: RunClaim): Promise<boolean> {
    return this.#updateHeld(claim, { ...NOT_RUNNING, requestedAt: sql`now()` });
  }

  /** Asks for a run out of turn. @returns since when it is asked for, or undefined while one runs or is asked for. */
  async request(name: string): Promise<Date | undefined> {
    const [row] = await this.database.sql
      .update(runs)
      .set({ requestedAt: sql`now()` })
      .where(and(eq(runs.name, name), isNull(runs.requestedAt), nobodyRuns))
      .returning({ requestedAt: runs.requestedAt });
    return row?.requestedAt ?? undefined;
  }

  async #updateHeld(
    { name, claimNumber }: RunClaim,
    change: PgUpdateSetSource<typeof runs>,
  ): Promise<boolean> {
    const rows = await this.database.sql
      .update(runs)
      .set(change)
      .where(
        and(
          eq(runs.name, name),
          eq(runs.claimNumber, claimNumber),
          sql`${runs.leasedUntil} is not null`,
        ),
      )
      .returning({ name: runs.name });
    return rows.length === 1;
  }
}

const NOT_RUNNING = { runningSince: null, runningOn: null, leasedUntil: null } as const;

function fromNow(ms: number): SQL {
  return sql`now() + ${ms} * interval '1 millisecond'`;
}
