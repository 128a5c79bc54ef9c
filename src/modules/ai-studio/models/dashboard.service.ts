import { Inject, Injectable } from '@nestjs/common';
import { Database, DomainEvents } from '../../../database/index.js';
import { Clock } from '../../../kernel/clock.js';
import { Caches, type Cache } from '../../../redis/index.js';
import { dashboardCache, studioTag } from '../ai-studio.caches.js';
import type { Dashboard } from '../ai-studio.dto.js';
import { TrainingChanged } from '../ai-studio.events.js';
import { TRAINING_STATUSES, type TrainingStatus } from '../training/training-state.js';
import { TrainingsRepository } from '../training/trainings.repository.js';
import { ModelsRepository, type ModelWithLatest } from './models.repository.js';

/** A user's studio in figures, cached until any of them changes. */
@Injectable()
export class DashboardService {
  readonly #dashboards: Cache<{ readonly userId: string }, Dashboard>;

  constructor(
    private readonly database: Database,
    private readonly models: ModelsRepository,
    private readonly trainings: TrainingsRepository,
    private readonly caches: Caches,
    events: DomainEvents,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#dashboards = caches.use(dashboardCache);
    events.on(TrainingChanged, ({ userId }) => this.forget(userId));
  }

  get(userId: string): Promise<Dashboard> {
    return this.#dashboards.getOrSet({ userId }, () =>
      this.database.snapshot(async (sql) => {
        const { models, trained } = await this.models.counts(sql, userId);
        const counted = await this.trainings.countByStatus(sql, userId);
        const best = await this.models.best(sql, userId);
        return {
          models,
          trainedModels: trained,
          trainings: byStatus(counted),
          bestModel: best ? toBest(best) : null,
          asOf: new Date(this.clock.nowMs()).toISOString(),
        };
      }),
    );
  }

  /** By tag, not by key: also a dashboard that another process is computing right now is refused then. */
  forget(userId: string): Promise<void> {
    return this.caches.invalidateTags([studioTag(userId)]);
  }
}

function byStatus(
  counted: readonly { status: TrainingStatus; trainings: number }[],
): Dashboard['trainings'] {
  const none = Object.fromEntries(TRAINING_STATUSES.map((status) => [status, 0]));
  const some = Object.fromEntries(counted.map(({ status, trainings }) => [status, trainings]));
  return { ...none, ...some } as Dashboard['trainings'];
}

function toBest({ model, latest }: ModelWithLatest): Dashboard['bestModel'] {
  return (
    latest && {
      id: model.id,
      name: model.name,
      symbol: model.symbol,
      version: latest.version,
      accuracy: latest.accuracy,
      baselineAccuracy: latest.baselineAccuracy,
    }
  );
}
