import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { MINUTE_MS } from '../../../kernel/duration.js';
import {
  defineSchedule,
  Queues,
  ScheduleRegistry,
  type JobRecovery,
} from '../../../redis/index.js';
import { mlTrainingQueue } from '../ai-studio.queues.js';
import { trainingBroken } from '../ai-studio.errors.js';
import { TrainingJournal } from './training-journal.js';
import { TrainingsRepository } from './trainings.repository.js';

/** Longer than any step of a training; one that waits behind others for longer gets a second job, which finds it done. */
const FORGOTTEN_AFTER_MS = 10 * MINUTE_MS;
/** A training that takes its worker down each time must not do so for ever. */
const MAX_RUNS = 10;
const BATCH = 100;
/** The schedule finds the rest, minutes later. */
const MAX_FOUND = 10_000;

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
    private readonly queues: Queues,
    schedules: ScheduleRegistry,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    schedules.register(resumeTrainingsSchedule, () => this.resume());
  }

  /** Those that wait, when the queue has lost its jobs. One that runs may still do so, and is not begun anew. @returns how many. */
  async addLost(recovery: JobRecovery): Promise<number> {
    const ids = await this.trainings.findWaiting(MAX_FOUND);
    const lost = new Map(ids.map((trainingId) => [trainingId, { trainingId }]));
    return this.queues.addLost(mlTrainingQueue, 'train-model', lost, recovery);
  }

  /** Safe to run at any time: a second job of a training changes nothing. */
  async resume(): Promise<{ resumed: number; givenUp: number }> {
    const since = new Date(this.clock.nowMs() - FORGOTTEN_AFTER_MS);
    const forgotten = await this.database.transaction(async (transaction) => {
      const rows = await this.trainings.lockForgotten(transaction.sql, since, BATCH);
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
