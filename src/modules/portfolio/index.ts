export { PortfolioHttpModule } from './portfolio.http.module.js';
export { PortfolioModule } from './portfolio.module.js';
export { analyticsQueue } from './portfolio.queues.js';
export { PortfolioService } from './portfolio.service.js';
export { PortfolioWorkerModule } from './portfolio.worker.module.js';
