import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, SignedIn } from '../../http/index.js';
import type { Principal } from '../../kernel/principal.js';
import { portfolioSummarySchema, type PortfolioSummary } from './portfolio.dto.js';
import { PortfolioService } from './portfolio.service.js';

@ApiTags('portfolio')
@SignedIn()
@Controller('api/portfolio')
export class PortfolioController {
  constructor(private readonly portfolio: PortfolioService) {}

  @Get('summary')
  @ApiOperation({ summary: 'Cash, positions, profit and return of your account' })
  @ApiOkResponse({ standardSchema: portfolioSummarySchema })
  summary(@CurrentPrincipal() { userId }: Principal): Promise<PortfolioSummary> {
    return this.portfolio.summary(userId);
  }
}
