import { Controller, Get, Param, Query } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { SignedIn } from '../../../http/index.js';
import { symbolSchema } from '../market-data.dto.js';
import type { OptionChain } from './option-chain.js';
import { optionChainSchema, optionsQuerySchema, type OptionsQuery } from './options.dto.js';
import { OptionsService } from './options.service.js';

@ApiTags('market')
@SignedIn()
@Controller('api/market/options')
export class OptionsController {
  constructor(private readonly options: OptionsService) {}

  @Get(':symbol')
  @ApiOperation({
    summary: 'Options on a symbol: prices and greeks by Black–Scholes, up to 5 s old',
  })
  @ApiOkResponse({ standardSchema: optionChainSchema })
  @ApiBadRequestResponse({ description: 'market_data.unknown_expiry' })
  @ApiNotFoundResponse({ description: 'market_data.unknown_symbol' })
  chain(
    @Param('symbol', { schema: symbolSchema }) symbol: string,
    @Query({ schema: optionsQuerySchema }) { expiry }: OptionsQuery,
  ): Promise<OptionChain> {
    return this.options.chain(symbol, expiry);
  }
}
