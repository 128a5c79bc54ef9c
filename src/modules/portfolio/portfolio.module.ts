import { Module } from '@nestjs/common';
import { QueuesModule } from '../../redis/index.js';
import { TradingModule } from '../trading/index.js';
import { AnalyticsService } from './analytics/analytics.service.js';
import { EquityHistoryService } from './equity/equity-history.service.js';
import { EquityPointsRepository } from './equity/equity-points.repository.js';
import { EquityRecorder } from './equity/equity-recorder.js';
import { analyticsQueue } from './portfolio.queues.js';
import { PortfolioService } from './portfolio.service.js';
import { StatementMaker } from './statements/statement-maker.js';
import { StatementsRepository } from './statements/statements.repository.js';
import { StatementsService } from './statements/statements.service.js';

@Module({
  imports: [TradingModule, QueuesModule.forFeature([analyticsQueue])],
  providers: [
    PortfolioService,
    EquityPointsRepository,
    EquityHistoryService,
    EquityRecorder,
    AnalyticsService,
    StatementsRepository,
    StatementsService,
    StatementMaker,
  ],
  exports: [
    PortfolioService,
    EquityHistoryService,
    EquityRecorder,
    AnalyticsService,
    StatementsService,
    StatementMaker,
  ],
})
export class PortfolioModule {}
