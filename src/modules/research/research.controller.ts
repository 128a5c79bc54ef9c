import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, SignedIn } from '../../http/index.js';
import type { Principal } from '../../kernel/principal.js';
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
import { ResearchReads } from './research-reads.js';
import { ResearchService } from './research.service.js';

/** Answers are the same for everybody; but handlers take the caller, to note what is read. */
const READ = { scope: 'user', store: false } as const;

@ApiTags('research')
@SignedIn({ apiKeys: true })
@Controller('api/research/:symbol')
export class ResearchController {
  constructor(
    private readonly research: ResearchService,
    private readonly analyses: AnalysisService,
    private readonly reads: ResearchReads,
  ) {}

  @Get('financials')
  @CachedResponse(READ)
  @ApiOperation({ summary: 'Income statements, balance sheets and cash flows, by year or quarter' })
  @ApiOkResponse({ standardSchema: financialsSchema })
  @ApiNotFoundResponse({
    description: 'market_data.unknown_symbol, research.no_data, research.no_such_period',
  })
  async financials(
    @CurrentPrincipal() reader: Principal,
    @Param('symbol', { schema: symbolSchema }) symbol: string,
    @Query({ schema: financialsQuerySchema }) query: FinancialsQuery,
  ): Promise<Financials> {
    const financials = await this.research.financials(symbol, query);
    this.reads.note(reader, 'financials', financials.symbol);
    return financials;
  }

  @Get('news')
  @CachedResponse(READ)
  @ApiOperation({ summary: 'News, newest first, of one category or all' })
  @ApiOkResponse({ standardSchema: newsPageSchema })
  @ApiNotFoundResponse({ description: 'market_data.unknown_symbol, research.no_data' })
  async news(
    @CurrentPrincipal() reader: Principal,
    @Param('symbol', { schema: symbolSchema }) symbol: string,
    @Query({ schema: newsQuerySchema }) query: NewsQuery,
  ): Promise<NewsPage> {
    const page = await this.research.news(symbol, query);
    this.reads.note(reader, 'news', page.symbol);
    return page;
  }

  @Get('analysis')
  @CachedResponse(READ)
  @ApiOperation({ summary: 'A rating by a fixed rule, with every figure it used' })
  @ApiOkResponse({ standardSchema: analysisSchema })
  @ApiNotFoundResponse({ description: 'market_data.unknown_symbol, research.not_enough_data' })
  async analysis(
    @CurrentPrincipal() reader: Principal,
    @Param('symbol', { schema: symbolSchema }) symbol: string,
    @Query({ schema: analysisQuerySchema }) { horizon }: AnalysisQuery,
  ): Promise<Analysis> {
    const analysis = await this.analyses.analyse(symbol, horizon);
    this.reads.note(reader, `analysis:${horizon}`, analysis.symbol);
    return analysis;
  }
}
