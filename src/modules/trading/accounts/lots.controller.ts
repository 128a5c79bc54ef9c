import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  CurrentPrincipal,
  pageOf,
  pageQuerySchema,
  SignedIn,
  type PageQuery,
} from '../../../http/index.js';
import type { Page } from '../../../kernel/page.js';
import type { Principal } from '../../../kernel/principal.js';
import { symbolSchema } from '../../market-data/index.js';
import {
  lotSchema,
  realizedPnlQuerySchema,
  realizedPnlSchema,
  type LotView,
  type RealizedPnl,
  type RealizedPnlQuery,
} from './lots.dto.js';
import { LotsService } from './lots.service.js';

@ApiTags('trading')
@SignedIn({ apiKeys: true })
@Controller('api')
export class LotsController {
  constructor(private readonly lots: LotsService) {}

  @Get('positions/:symbol/lots')
  @ApiOperation({ summary: 'Your open lots of a symbol, the oldest first' })
  @ApiOkResponse({ standardSchema: pageOf(lotSchema) })
  listOpen(
    @CurrentPrincipal() { userId }: Principal,
    @Param('symbol', { schema: symbolSchema }) symbol: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<Page<LotView>> {
    return this.lots.listOpen(userId, symbol, query);
  }

  @Get('account/realized-pnl')
  @ApiOperation({
    summary: 'What closing lots has won and lost, by the date of closing, latest first, and totals',
  })
  @ApiOkResponse({ standardSchema: realizedPnlSchema })
  realizedPnl(
    @CurrentPrincipal() { userId }: Principal,
    @Query({ schema: realizedPnlQuerySchema }) query: RealizedPnlQuery,
  ): Promise<RealizedPnl> {
    return this.lots.realizedPnl(userId, query);
  }
}
