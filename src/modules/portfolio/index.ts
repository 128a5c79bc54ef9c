export { PortfolioHttpModule } from './portfolio.http.module.js';
export { PortfolioModule } from './portfolio.module.js';
export { PortfolioService } from './portfolio.service.js';
export { PortfolioWorkerModule } from './portfolio.worker.module.js';
