import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { MINUTE_MS } from '../../../kernel/duration.js';
import { defineSchedule, ScheduleRegistry } from '../../../redis/index.js';
import { trainingBroken } from '../ai-studio.errors.js';
import { TrainingJournal } from './training-journal.js';
import { UNFINISHED_STATUSES, type UnfinishedStatus } from './training-state.js';
import { TrainingsRepository } from './trainings.repository.js';

/** Longer than any step of a training; one that waits behind others for longer gets a second job, which finds it done. */
const FORGOTTEN_AFTER_MS = 10 * MINUTE_MS;
/** A training that takes its worker down each time must not do so for ever. */
const MAX_RUNS = 10;
const BATCH = 100;

export const resumeTrainingsSchedule = defineSchedule({
  name: 'ai-studio.resume-trainings',
  description: 'Queues trainings again whose job was lost with the queue',
  everyMs: MINUTE_MS,
});

/** Finds trainings that the queue has lost: the database is what knows of them, the queue only carries them. */
@Injectable()
export class ForgottenTrainings {
  constructor(
    private readonly database: Database,
    private readonly trainings: TrainingsRepository,
    private readonly journal: TrainingJournal,
    schedules: ScheduleRegistry,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    schedules.register(resumeTrainingsSchedule, () => this.resume());
  }

  /** The queue has lost its jobs: those that wait, at once. One that runs may still do so, and is not begun anew. */
  async resumeWaiting(): Promise<number> {
    return (await this.resume(['waiting'], 0)).resumed;
  }

  /** Safe to run at any time: a second job of a training changes nothing. */
  async resume(
    statuses: readonly UnfinishedStatus[] = UNFINISHED_STATUSES,
    untouchedMs: number = FORGOTTEN_AFTER_MS,
  ): Promise<{ resumed: number; givenUp: number }> {
    const since = new Date(this.clock.nowMs() - untouchedMs);
    const forgotten = await this.database.transaction(async (transaction) => {
      const rows = await this.trainings.lockForgotten(transaction.sql, statuses, since, BATCH);
      for (const row of rows) {
        if (row.runs < MAX_RUNS) await this.journal.enqueueAgain(transaction, row);
      }
      return rows;
    });
    const lost = forgotten.filter(({ runs }) => runs >= MAX_RUNS);
    for (const { id } of lost) await this.journal.fail(id, trainingBroken());
    return { resumed: forgotten.length - lost.length, givenUp: lost.length };
  }
}
