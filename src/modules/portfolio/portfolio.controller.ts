import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, SignedIn } from '../../http/index.js';
import type { Principal } from '../../kernel/principal.js';
import { CachedResponse } from '../../redis/index.js';
import { EquityHistoryService } from './equity/equity-history.service.js';
import {
  equityHistorySchema,
  portfolioSummarySchema,
  timeframeQuerySchema,
  type EquityHistory,
  type PortfolioSummary,
  type TimeframeQuery,
} from './portfolio.dto.js';
import { PortfolioService } from './portfolio.service.js';

@ApiTags('portfolio')
@SignedIn({ apiKeys: true })
@Controller('api/portfolio')
export class PortfolioController {
  constructor(
    private readonly portfolio: PortfolioService,
    private readonly equity: EquityHistoryService,
  ) {}

  @Get('summary')
  @CachedResponse({ scope: 'user', store: false })
  @ApiOperation({ summary: 'Cash, positions, profit and return of your account' })
  @ApiOkResponse({ standardSchema: portfolioSummarySchema })
  summary(@CurrentPrincipal() { userId }: Principal): Promise<PortfolioSummary> {
    return this.portfolio.summary(userId);
  }

  @Get('history')
  @ApiOperation({ summary: 'What your account was worth, from its opening to this moment' })
  @ApiOkResponse({ standardSchema: equityHistorySchema })
  history(
    @CurrentPrincipal() { userId }: Principal,
    @Query({ schema: timeframeQuerySchema }) { timeframe }: TimeframeQuery,
  ): Promise<EquityHistory> {
    return this.equity.history(userId, timeframe);
  }
}
