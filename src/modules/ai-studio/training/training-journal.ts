import { Inject, Injectable } from '@nestjs/common';
import { Database, Outbox, type Transaction } from '../../../database/index.js';
import type { AppError } from '../../../kernel/app-error.js';
import { Clock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import { TrainingChanged, TrainingFinished, trainingStream } from '../ai-studio.events.js';
import { toTraining } from '../ai-studio.mappers.js';
import { mlTrainingQueue } from '../ai-studio.queues.js';
import { ModelsRepository } from '../models/models.repository.js';
import type { ModelRow, VersionRow } from '../models/models.table.js';
import type { Outcome } from './training-state.js';
import { TrainingsRepository } from './trainings.repository.js';
import type { TrainingRow } from './trainings.table.js';

/** The steps of a training's life: each is stored together with the news of it. */
@Injectable()
export class TrainingJournal {
  constructor(
    private readonly database: Database,
    private readonly trainings: TrainingsRepository,
    private readonly models: ModelsRepository,
    private readonly outbox: Outbox,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Stores a new training and the job that will run it.
   * @returns undefined when the model has an unfinished one
   */
  async open(transaction: Transaction, model: ModelRow): Promise<TrainingRow | undefined> {
    const now = this.#now();
    const row: TrainingRow = {
      id: newId(),
      userId: model.userId,
      modelId: model.id,
      status: 'waiting',
      progress: 0,
      runs: 0,
      version: null,
      failureCode: null,
      failureReason: null,
      createdAt: now,
      startedAt: null,
      finishedAt: null,
      updatedAt: now,
    };
    if (!(await this.trainings.insert(transaction.sql, row))) return undefined;
    await this.#enqueue(transaction, row);
    await this.#announce(transaction, row);
    return row;
  }

  /** @returns undefined when the training has ended */
  begin(trainingId: string): Promise<TrainingRow | undefined> {
    return this.database.transaction(async (transaction) => {
      const row = await this.trainings.beginRun(transaction.sql, trainingId, this.#now());
      if (row) await this.#announce(transaction, row);
      return row;
    });
  }

  /** @returns false when the run must stop: the training was cancelled, or another run has taken it */
  advance({ id, runs }: TrainingRow, progress: number): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      const change = { progress };
      const row = await this.trainings.update(transaction.sql, id, change, this.#now(), runs);
      if (row) await this.#announce(transaction, row);
      return row !== undefined;
    });
  }

  /** Stores what the run made as the next version, unless the training was cancelled or taken meanwhile. */
  async finish(
    training: TrainingRow,
    made: Pick<VersionRow, 'features' | 'parameters' | 'report' | 'source'>,
  ): Promise<void> {
    const { id, runs, modelId } = training;
    await this.database.transaction(async (transaction) => {
      const { sql } = transaction;
      const now = this.#now();
      // First the training: it is locked by that, and nobody can cancel or take it before the end.
      if (!(await this.trainings.update(sql, id, { progress: 100 }, now, runs))) return;
      const version = await this.models.addVersion(sql, {
        id: newId(),
        modelId,
        ...made,
        accuracy: made.report.scores.accuracy,
        baselineAccuracy: made.report.baseline.accuracy,
        createdAt: now,
      });
      const change = { status: 'finished', finishedAt: now, version: version.version } as const;
      const row = await this.trainings.update(sql, id, change, now, runs);
      if (row) await this.#announceEnd(transaction, row, 'finished', version);
    });
  }

  /** @returns undefined when the training has ended already */
  cancel(transaction: Transaction, trainingId: string): Promise<TrainingRow | undefined> {
    return this.#end(transaction, trainingId, 'cancelled');
  }

  /** Ends it with the reason; does nothing when it has ended. */
  async fail(trainingId: string, { code, message }: AppError): Promise<void> {
    await this.database.transaction((transaction) =>
      this.#end(transaction, trainingId, 'failed', { failureCode: code, failureReason: message }),
    );
  }

  /** Adds the job again, for a training that has lost its own. */
  async enqueueAgain(transaction: Transaction, { id }: TrainingRow): Promise<void> {
    const row = await this.trainings.update(transaction.sql, id, {}, this.#now());
    if (row) await this.#enqueue(transaction, row);
  }

  async #end(
    transaction: Transaction,
    trainingId: string,
    outcome: Outcome,
    failure: Partial<TrainingRow> = {},
  ): Promise<TrainingRow | undefined> {
    const now = this.#now();
    const change = { ...failure, status: outcome, finishedAt: now };
    const row = await this.trainings.update(transaction.sql, trainingId, change, now);
    if (row) await this.#announceEnd(transaction, row, outcome);
    return row;
  }

  #enqueue(transaction: Transaction, { id }: TrainingRow): Promise<void> {
    return this.outbox.addJob(transaction, mlTrainingQueue, 'train-model', { trainingId: id });
  }

  async #announce(transaction: Transaction, row: TrainingRow): Promise<void> {
    const news = { userId: row.userId, training: toTraining(row) };
    await this.outbox.publish(transaction, TrainingChanged, news, trainingStream(row.id));
  }

  async #announceEnd(
    transaction: Transaction,
    row: TrainingRow,
    outcome: Outcome,
    version?: VersionRow,
  ): Promise<void> {
    await this.#announce(transaction, row);
    const model = await this.models.find(transaction.sql, row.modelId);
    const news = {
      userId: row.userId,
      modelId: row.modelId,
      name: model?.name ?? '',
      trainingId: row.id,
      outcome,
      result: version
        ? {
            version: version.version,
            accuracy: version.accuracy,
            baselineAccuracy: version.baselineAccuracy,
          }
        : null,
      failure: toTraining(row).failure,
    };
    await this.outbox.publish(transaction, TrainingFinished, news, trainingStream(row.id));
  }

  #now(): Date {
    return new Date(this.clock.nowMs());
  }
}
