import { Module } from '@nestjs/common';
import { Queues, QueuesModule } from '../../redis/index.js';
import { MarketDataModule } from '../market-data/index.js';
import { AiStudioLive } from './ai-studio.live.js';
import { mlTrainingQueue } from './ai-studio.queues.js';
import { BarsService } from './features/bars.service.js';
import { StudioFeaturesService } from './features/studio-features.service.js';
import { DashboardService } from './models/dashboard.service.js';
import { ForecastsService } from './models/forecasts.service.js';
import { ModelsRepository } from './models/models.repository.js';
import { ModelsService } from './models/models.service.js';
import { ForgottenTrainings } from './training/forgotten-trainings.js';
import { TrainingJournal } from './training/training-journal.js';
import { TrainingWork } from './training/training-work.js';
import { TrainingRunsService } from './training/training-runs.service.js';
import { TrainingsRepository } from './training/trainings.repository.js';
import { TrainingsService } from './training/trainings.service.js';

@Module({
  imports: [MarketDataModule, QueuesModule.forFeature([mlTrainingQueue])],
  providers: [
    BarsService,
    StudioFeaturesService,
    ModelsRepository,
    ModelsService,
    DashboardService,
    ForecastsService,
    TrainingsRepository,
    TrainingJournal,
    TrainingsService,
    TrainingWork,
    TrainingRunsService,
    ForgottenTrainings,
    AiStudioLive,
  ],
  exports: [
    StudioFeaturesService,
    ModelsService,
    DashboardService,
    ForecastsService,
    TrainingsService,
    TrainingRunsService,
    ForgottenTrainings,
  ],
})
export class AiStudioModule {
  constructor(queues: Queues, trainings: TrainingsService) {
    queues.onTakenBack(mlTrainingQueue, {
      'train-model': ({ trainingId }) => trainings.end(trainingId),
    });
  }
}
