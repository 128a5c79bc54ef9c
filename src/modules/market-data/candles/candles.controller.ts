import { Controller, Get, Param, Query } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { SignedIn } from '../../../http/index.js';
import { CachedResponse } from '../../../redis/index.js';
import { SECOND_MS } from '../../../kernel/duration.js';
import { symbolSchema } from '../market-data.dto.js';
import {
  candlesAnswerSchema,
  candlesQuerySchema,
  type CandlesAnswer,
  type CandlesQuery,
} from './candles.dto.js';
import { QuotesService } from '../quotes/quotes.service.js';
import { CandlesService } from './candles.service.js';

@ApiTags('market')
@SignedIn()
@Controller('api/market/candles')
export class CandlesController {
  constructor(private readonly candles: CandlesService) {}

  @Get(':symbol')
  @CachedResponse({
    name: 'market.candles-response',
    namespace: 'market',
    scope: 'shared',
    // Everybody looks at the same few charts: one of each a second is enough.
    ttlMs: SECOND_MS,
    revisionOf: QuotesService,
    // Ranges of one's own are asked for once, and would push out what others read.
    keeps: ({ from, to }) => from === undefined && to === undefined,
  })
  @ApiOperation({ summary: 'Bars of a symbol; those of a replay on the times of its recording' })
  @ApiOkResponse({ standardSchema: candlesAnswerSchema })
  @ApiBadRequestResponse({
    description:
      'market_data.bad_range, market_data.too_many_candles, market_data.unknown_timeframe',
  })
  @ApiNotFoundResponse({ description: 'market_data.unknown_symbol' })
  bars(
    @Param('symbol', { schema: symbolSchema }) symbol: string,
    @Query({ schema: candlesQuerySchema }) query: CandlesQuery,
  ): Promise<CandlesAnswer> {
    return this.candles.answer(symbol, query);
  }
}
