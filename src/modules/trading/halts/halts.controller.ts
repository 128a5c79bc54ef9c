import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import {
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { CurrentPrincipal, Requires, SignedIn } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
import {
  haltListSchema,
  haltParameterSchema,
  haltRequestSchema,
  haltSchema,
  type Halt,
  type HaltRequest,
} from './halts.dto.js';
import { HaltsService } from './halts.service.js';

@ApiTags('trading')
@Controller('api')
export class HaltsController {
  constructor(private readonly halts: HaltsService) {}

  @Get('trading/halts')
  @SignedIn({ apiKeys: true })
  @ApiOperation({ summary: 'Symbols in which trading is halted; live on trading.halts' })
  @ApiOkResponse({ standardSchema: haltListSchema })
  async list(): Promise<{ items: Halt[] }> {
    return { items: await this.halts.list() };
  }

  @Put('admin/trading/halts/:symbol')
  @Requires('config.manage')
  @ApiOperation({
    summary: 'Halt trading in a symbol, on every instance at once',
    description: 'Orders are refused, and those that work wait.',
  })
  @ApiOkResponse({ standardSchema: haltSchema })
  @ApiUnprocessableEntityResponse({ description: 'trading.unknown_symbol' })
  halt(
    @CurrentPrincipal() { userId }: Principal,
    @Param('symbol', { schema: haltParameterSchema }) symbol: string,
    @Body({ schema: haltRequestSchema }) { reason }: HaltRequest,
  ): Promise<Halt> {
    return this.halts.halt(userId, symbol, reason);
  }

  @Delete('admin/trading/halts/:symbol')
  @Requires('config.manage')
  @HttpCode(204)
  @ApiOperation({ summary: 'Resume trading in a symbol' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'trading.not_halted' })
  resume(@Param('symbol', { schema: haltParameterSchema }) symbol: string): Promise<void> {
    return this.halts.resume(symbol);
  }
}
