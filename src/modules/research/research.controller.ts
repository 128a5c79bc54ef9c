import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SignedIn } from '../../http/index.js';
import { CachedResponse } from '../../redis/index.js';
import { symbolSchema } from '../market-data/index.js';
import {
  analysisQuerySchema,
  analysisSchema,
  type Analysis,
  type AnalysisQuery,
} from './analysis/analysis.dto.js';
import { AnalysisService } from './analysis/analysis.service.js';
import {
  financialsQuerySchema,
  financialsSchema,
  newsPageSchema,
  newsQuerySchema,
  type Financials,
  type FinancialsQuery,
  type NewsPage,
  type NewsQuery,
} from './research.dto.js';
import { ResearchService } from './research.service.js';

@ApiTags('research')
@SignedIn()
@Controller('api/research/:symbol')
export class ResearchController {
  constructor(
    private readonly research: ResearchService,
    private readonly analyses: AnalysisService,
  ) {}

  @Get('financials')
  @CachedResponse({ scope: 'shared', store: false })
  @ApiOperation({ summary: 'Income statements, balance sheets and cash flows, by year or quarter' })
  @ApiOkResponse({ standardSchema: financialsSchema })
  @ApiNotFoundResponse({
    description: 'market_data.unknown_symbol, research.no_data, research.no_such_period',
  })
  financials(
    @Param('symbol', { schema: symbolSchema }) symbol: string,
    @Query({ schema: financialsQuerySchema }) query: FinancialsQuery,
  ): Promise<Financials> {
    return this.research.financials(symbol, query);
  }

  @Get('news')
  @CachedResponse({ scope: 'shared', store: false })
  @ApiOperation({ summary: 'News, newest first, of one category or all' })
  @ApiOkResponse({ standardSchema: newsPageSchema })
  @ApiNotFoundResponse({ description: 'market_data.unknown_symbol, research.no_data' })
  news(
    @Param('symbol', { schema: symbolSchema }) symbol: string,
    @Query({ schema: newsQuerySchema }) query: NewsQuery,
  ): Promise<NewsPage> {
    return this.research.news(symbol, query);
  }

  @Get('analysis')
  @CachedResponse({ scope: 'shared', store: false })
  @ApiOperation({ summary: 'A rating by a fixed rule, with every figure it used' })
  @ApiOkResponse({ standardSchema: analysisSchema })
  @ApiNotFoundResponse({ description: 'market_data.unknown_symbol, research.not_enough_data' })
  analysis(
    @Param('symbol', { schema: symbolSchema }) symbol: string,
    @Query({ schema: analysisQuerySchema }) { horizon }: AnalysisQuery,
  ): Promise<Analysis> {
    return this.analyses.analyse(symbol, horizon);
  }
}
