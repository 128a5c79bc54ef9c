import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { CurrentPrincipal, RateLimit, SignedIn } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
import { symbolSchema } from '../../market-data/index.js';
import { OptionExercise } from './option-exercise.js';
import {
  exerciseRequestSchema,
  exerciseSchema,
  type Exercise,
  type ExerciseRequest,
} from './options.dto.js';

@ApiTags('trading')
@SignedIn({ apiKeys: true })
@Controller('api/positions')
export class TradingOptionsController {
  constructor(private readonly options: OptionExercise) {}

  @Post(':symbol/exercise')
  @HttpCode(200)
  @RateLimit('orders.place', 'orders.place-ip')
  @ApiOperation({
    summary: 'Exercise option contracts that you hold, before they expire',
    description: 'At expiry what is in the money by a cent is exercised without being asked for.',
  })
  @ApiOkResponse({ standardSchema: exerciseSchema })
  @ApiUnprocessableEntityResponse({
    description:
      'trading.unknown_symbol, trading.bad_quantity, trading.insufficient_position, trading.insufficient_funds, trading.not_in_the_money, trading.client_order_id_reused',
  })
  @ApiConflictResponse({ description: 'trading.account_busy' })
  exercise(
    @CurrentPrincipal() { userId }: Principal,
    @Param('symbol', { schema: symbolSchema }) symbol: string,
    @Body({ schema: exerciseRequestSchema }) request: ExerciseRequest,
  ): Promise<Exercise> {
    return this.options.exercise(userId, symbol, request);
  }
}
