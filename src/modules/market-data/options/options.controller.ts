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
import { symbolSchema } from '../market-data.dto.js';
import { MarketReads } from '../warming/market-reads.js';
import type { OptionChain } from './option-chain.js';
import { optionChainSchema, optionsQuerySchema, type OptionsQuery } from './options.dto.js';
import { OptionsService } from './options.service.js';

@ApiTags('market')
@SignedIn({ apiKeys: true })
@Controller('api/market/options')
export class OptionsController {
  constructor(
    private readonly options: OptionsService,
    private readonly reads: MarketReads,
  ) {}

  @Get(':symbol')
  @ApiOperation({
    summary: 'Options on a symbol: prices and greeks by Black–Scholes, up to 5 s old',
  })
  @ApiOkResponse({ standardSchema: optionChainSchema })
  @ApiBadRequestResponse({ description: 'market_data.unknown_expiry' })
  @ApiNotFoundResponse({ description: 'market_data.unknown_symbol' })
  async chain(
    @CurrentPrincipal() reader: Principal,
    @Param('symbol', { schema: symbolSchema }) symbol: string,
    @Query({ schema: optionsQuerySchema }) { expiry }: OptionsQuery,
  ): Promise<OptionChain> {
    const chain = await this.options.chain(symbol, expiry);
    this.reads.note(reader, 'options', chain.symbol);
    return chain;
  }
}
