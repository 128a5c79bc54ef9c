import { Module } from '@nestjs/common';
import { AnalyticsController } from './analytics/analytics.controller.js';
import { PortfolioController } from './portfolio.controller.js';
import { PortfolioLive } from './portfolio.live.js';
import { PortfolioModule } from './portfolio.module.js';
import { StatementsController } from './statements/statements.controller.js';

@Module({
  imports: [PortfolioModule],
  controllers: [PortfolioController, AnalyticsController, StatementsController],
  providers: [PortfolioLive],
})
export class PortfolioHttpModule {}
