import { Injectable } from '@nestjs/common';
import { Database } from '../../../database/index.js';
import { isId } from '../../../kernel/ids.js';
import { BarsService } from '../features/bars.service.js';
import { DashboardService } from '../models/dashboard.service.js';
import { ModelsService } from '../models/models.service.js';
import type { Training } from '../ai-studio.dto.js';
import { trainingFinal, trainingNotFound, trainingUnderWay } from '../ai-studio.errors.js';
import { toTraining } from '../ai-studio.mappers.js';
import { assertTrainable } from './training-range.js';
import { TrainingJournal } from './training-journal.js';
import { TrainingsRepository } from './trainings.repository.js';

/** Asks for trainings, shows and cancels them. Running them is the worker's business. */
@Injectable()
export class TrainingsService {
  constructor(
    private readonly database: Database,
    private readonly trainings: TrainingsRepository,
    private readonly models: ModelsService,
    private readonly journal: TrainingJournal,
    private readonly dashboards: DashboardService,
    private readonly bars: BarsService,
  ) {}

  /**
   * Stores the training and the job that will run it, in one transaction.
   * @throws AppError `ai_studio.model_not_found`, `ai_studio.training_under_way`, `ai_studio.unknown_symbol`;
   *   `ai_studio.too_few_rows`, `ai_studio.range_too_long` as far as the range alone tells
   */
  async start(userId: string, modelId: string): Promise<Training> {
    const { model } = await this.models.getOwn(userId, modelId);
    assertTrainable(model, await this.bars.presentMs(model.symbol, model.timeframe));
    const row = await this.database.transaction(async (transaction) => {
      const opened = await this.journal.open(transaction, model);
      if (opened) return opened;
      const other = await this.trainings.findUnfinished(transaction.sql, model.id);
      throw trainingUnderWay(other?.id);
    });
    await this.dashboards.forget(userId);
    return toTraining(row);
  }

  /** @throws AppError `ai_studio.training_not_found`, also for a training of somebody else. */
  async get(userId: string, trainingId: string): Promise<Training> {
    const row = isId(trainingId)
      ? await this.trainings.findOwn(this.database.sql, userId, trainingId)
      : undefined;
    if (!row) throw trainingNotFound();
    return toTraining(row);
  }

  /**
   * Ends a training that waits or runs. It is cancelled with the answer; its job notices at its next step,
   * and what it has made until then is thrown away.
   * @throws AppError `ai_studio.training_not_found`; `ai_studio.training_final` when it is too late.
   */
  async cancel(userId: string, trainingId: string): Promise<Training> {
    if (!isId(trainingId)) throw trainingNotFound();
    const row = await this.database.transaction(async (transaction) => {
      if (!(await this.trainings.findOwn(transaction.sql, userId, trainingId))) {
        throw trainingNotFound();
      }
      const cancelled = await this.journal.cancel(transaction, trainingId);
      if (!cancelled) throw trainingFinal();
      return cancelled;
    });
    await this.dashboards.forget(userId);
    return toTraining(row);
  }

  /** An administrator has taken its job back: it is cancelled, unless it has ended. */
  async end(trainingId: string): Promise<void> {
    const row = await this.database.transaction((transaction) =>
      this.journal.cancel(transaction, trainingId),
    );
    if (row) await this.dashboards.forget(row.userId);
  }
}
