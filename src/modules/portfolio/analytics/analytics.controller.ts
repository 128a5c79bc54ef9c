import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, SignedIn } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
import { CachedResponse } from '../../../redis/index.js';
import { timeframeQuerySchema, type TimeframeQuery } from '../portfolio.dto.js';
import { performanceSchema, riskSchema, type Performance, type Risk } from './analytics.dto.js';
import { AnalyticsService } from './analytics.service.js';

@ApiTags('portfolio')
@SignedIn({ apiKeys: true })
@Controller('api/analytics')
export class AnalyticsController {
  constructor(private readonly analytics: AnalyticsService) {}

  @Get('performance')
  @CachedResponse({ scope: 'user', store: false })
  @ApiOperation({ summary: 'How your account did: return, ratios, drawdown, closed trades' })
  @ApiOkResponse({ standardSchema: performanceSchema })
  performance(
    @CurrentPrincipal() { userId }: Principal,
    @Query({ schema: timeframeQuerySchema }) { timeframe }: TimeframeQuery,
  ): Promise<Performance> {
    return this.analytics.performance(userId, timeframe);
  }

  @Get('risk')
  @CachedResponse({ scope: 'user', store: false })
  @ApiOperation({ summary: 'What your account stands to lose: tails, exposure, concentration' })
  @ApiOkResponse({ standardSchema: riskSchema })
  risk(@CurrentPrincipal() { userId }: Principal): Promise<Risk> {
    return this.analytics.risk(userId);
  }
}
