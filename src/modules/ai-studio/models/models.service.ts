import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../../kernel/clock.js';
import { isId, newId } from '../../../kernel/ids.js';
import { decodeCursor, toPage, type Page } from '../../../kernel/page.js';
import type { CreateModel, Model } from '../ai-studio.dto.js';
import { modelNotFound } from '../ai-studio.errors.js';
import { toModel } from '../ai-studio.mappers.js';
import { BarsService } from '../features/bars.service.js';
import { assertNotTooLong } from '../training/training-range.js';
import { TrainingsRepository } from '../training/trainings.repository.js';
import { DashboardService } from './dashboard.service.js';
import { ModelsRepository, type ModelWithLatest } from './models.repository.js';
import type { ModelRow } from './models.table.js';

/** What users want to have forecast. */
@Injectable()
export class ModelsService {
  constructor(
    private readonly models: ModelsRepository,
    private readonly trainings: TrainingsRepository,
    private readonly dashboards: DashboardService,
    private readonly bars: BarsService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws AppError `ai_studio.unknown_symbol`, `ai_studio.range_too_long`,
   *   `market_data.unknown_timeframe` */
  async create(userId: string, request: CreateModel): Promise<Model> {
    const presentMs = await this.bars.presentMs(request.symbol, request.timeframe);
    const row: ModelRow = {
      id: newId(),
      userId,
      name: request.name,
      symbol: request.symbol,
      timeframe: request.timeframe,
      features: request.features,
      lookbackBars: request.lookbackBars ?? null,
      fromAt: dateOrNull(request.from),
      toAt: dateOrNull(request.to),
      latestVersion: 0,
      createdAt: new Date(this.clock.nowMs()),
    };
    assertNotTooLong(row, presentMs);
    await this.models.insert(row);
    await this.dashboards.forget(userId);
    return toModel(row, null, undefined);
  }

  /** Newest first. */
  async list(userId: string, cursor: string | undefined, limit: number): Promise<Page<Model>> {
    const beforeId = cursor === undefined ? undefined : decodeCursor(cursor);
    const rows = await this.models.list(userId, beforeId, limit + 1);
    const newest = await this.trainings.newestOf(rows.map(({ model }) => model.id));
    return toPage(
      rows.map(({ model, latest }) => toModel(model, latest, newest.get(model.id))),
      limit,
    );
  }

  /** @throws AppError `ai_studio.model_not_found` */
  async get(userId: string, modelId: string): Promise<Model> {
    const { model, latest } = await this.getOwn(userId, modelId);
    const newest = await this.trainings.newestOf([model.id]);
    return toModel(model, latest, newest.get(model.id));
  }

  /** @throws AppError `ai_studio.model_not_found`, also for a model of somebody else. */
  async getOwn(userId: string, modelId: string): Promise<ModelWithLatest> {
    const found = isId(modelId) ? await this.models.findOwn(userId, modelId) : undefined;
    if (!found) throw modelNotFound();
    return found;
  }
}

function dateOrNull(text: string | undefined): Date | null {
  return text === undefined ? null : new Date(text);
}
