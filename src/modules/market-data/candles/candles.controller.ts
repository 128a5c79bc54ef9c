import { Controller, Get, Param, Query } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { CurrentPrincipal, SignedIn } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
import { CachedResponse } from '../../../redis/index.js';
import { symbolSchema } from '../market-data.dto.js';
import { MarketReads } from '../warming/market-reads.js';
import {
  candlesAnswerSchema,
  candlesQuerySchema,
  type CandlesAnswer,
  type CandlesQuery,
} from './candles.dto.js';
import { CandlesService } from './candles.service.js';

@ApiTags('market')
@SignedIn({ apiKeys: true })
@Controller('api/market/candles')
export class CandlesController {
  constructor(
    private readonly candles: CandlesService,
    private readonly reads: MarketReads,
  ) {}

  @Get(':symbol')
  // The same for everybody; but the handler takes the caller, to note what is read.
  @CachedResponse({ scope: 'user', store: false })
  @ApiOperation({ summary: 'Bars of a symbol; those of a replay on the times of its recording' })
  @ApiOkResponse({ standardSchema: candlesAnswerSchema })
  @ApiBadRequestResponse({
    description:
      'market_data.bad_range, market_data.too_many_candles, market_data.unknown_timeframe',
  })
  @ApiNotFoundResponse({ description: 'market_data.unknown_symbol' })
  async bars(
    @CurrentPrincipal() reader: Principal,
    @Param('symbol', { schema: symbolSchema }) symbol: string,
    @Query({ schema: candlesQuerySchema }) query: CandlesQuery,
  ): Promise<CandlesAnswer> {
    const answer = await this.candles.answer(symbol, query);
    this.reads.noteBars(reader, query, answer);
    return answer;
  }
}
