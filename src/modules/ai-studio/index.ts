export { AiStudioHttpModule } from './ai-studio.http.module.js';
export { AiStudioModule } from './ai-studio.module.js';
export { AiStudioWorkerModule } from './ai-studio.worker.module.js';
