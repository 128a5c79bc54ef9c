export type { Model, Performance, Prediction, Training } from './ai-studio.dto.js';
export { TrainingChanged, TrainingFinished } from './ai-studio.events.js';
export { AiStudioHttpModule } from './ai-studio.http.module.js';
export { AiStudioModule } from './ai-studio.module.js';
export { AiStudioWorkerModule } from './ai-studio.worker.module.js';
export { ForecastsService } from './models/forecasts.service.js';
export { ModelsService } from './models/models.service.js';
