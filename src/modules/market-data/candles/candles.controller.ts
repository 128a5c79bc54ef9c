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
import { symbolSchema } from '../market-data.dto.js';
import {
  candlesAnswerSchema,
  candlesQuerySchema,
  type CandlesAnswer,
  type CandlesQuery,
} from './candles.dto.js';
import { CandlesService } from './candles.service.js';

@ApiTags('market')
@SignedIn()
@Controller('api/market/candles')
export class CandlesController {
  constructor(private readonly candles: CandlesService) {}

  @Get(':symbol')
  @CachedResponse({ scope: 'shared', store: false })
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
