import { money } from '../../../kernel/money.js';
import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../../../database/index.js';
import { byModel, Caches, type Cache } from '../../../redis/index.js';
import { TIMEFRAME_MS } from '../../market-data/index.js';
import { performanceCache } from '../ai-studio.caches.js';
import type { Performance, Prediction } from '../ai-studio.dto.js';
import { notTrained, tooFewBars } from '../ai-studio.errors.js';
import { TrainingChanged } from '../ai-studio.events.js';
import { toPerformance } from '../ai-studio.mappers.js';
import { BarsService } from '../features/bars.service.js';
import { featureRows } from '../features/feature-rows.js';
import { featuresOf, warmUpOf } from '../features/features.js';
import { probabilityUp } from '../training/logistic.js';
import { ModelsRepository, type ModelWithLatest } from './models.repository.js';
import { ModelsService } from './models.service.js';
import type { VersionRow } from './models.table.js';

/** What the newest version of a model says, and how far it can be trusted. */
@Injectable()
export class ForecastsService {
  readonly #performances: Cache<{ readonly modelId: string }, Performance>;

  constructor(
    private readonly models: ModelsService,
    private readonly versions: ModelsRepository,
    private readonly bars: BarsService,
    caches: Caches,
    events: DomainEvents,
  ) {
    this.#performances = caches.use(performanceCache);
    events.on(TrainingChanged, async ({ training: { modelId, status } }) => {
      if (status === 'finished') await caches.invalidateTags([byModel(modelId)]);
    });
  }

  /** @throws AppError `ai_studio.model_not_found`, `ai_studio.not_trained` */
  async performance(userId: string, modelId: string): Promise<Performance> {
    // Whose model it is, is asked each time: what is cached does not know.
    const own = await this.models.getOwn(userId, modelId);
    if (!own.latest) throw notTrained();
    return this.#performances.getOrSet({ modelId: own.model.id }, async () =>
      // Asked again: by now there may be a newer version than the one just seen.
      toPerformance(await this.#latestVersion(await this.models.getOwn(userId, modelId))),
    );
  }

  /**
   * From the bars that are closed now.
   * @throws AppError `ai_studio.model_not_found`, `ai_studio.not_trained`, `ai_studio.too_few_bars`;
   *   `ai_studio.unknown_symbol` when the market no longer has it
   */
  async predict(userId: string, modelId: string): Promise<Prediction> {
    const own = await this.models.getOwn(userId, modelId);
    const { model } = own;
    const version = await this.#latestVersion(own);
    const features = featuresOf(version.features);
    const needed = warmUpOf(features) + 1;
    const { bars, source } = await this.bars.latest(model.symbol, model.timeframe, needed);
    const bar = bars.at(-1);
    const row = featureRows(bars, features).at(-1);
    if (!bar || !row) throw tooFewBars(bars.length, needed);
    return {
      modelId: model.id,
      version: version.version,
      symbol: model.symbol,
      timeframe: model.timeframe,
      probabilityUp: probabilityUp(version.parameters, row.values),
      features: features.map(({ name }, i) => ({ name, value: row.values[i] ?? NaN })),
      close: money(bar.close).toFixed(),
      asOf: new Date(bar.openAtMs + TIMEFRAME_MS[model.timeframe]).toISOString(),
      source,
    };
  }

  async #latestVersion({ model, latest }: ModelWithLatest): Promise<VersionRow> {
    if (!latest) throw notTrained();
    const version = await this.versions.findVersion(model.id, latest.version);
    if (!version) throw new Error(`model ${model.id} has lost its version ${latest.version}`);
    return version;
  }
}
