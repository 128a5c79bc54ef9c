import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import {
  CurrentPrincipal,
  pageOf,
  pageQuerySchema,
  Requires,
  type PageQuery,
} from '../../../http/index.js';
import type { Page } from '../../../kernel/page.js';
import type { Principal } from '../../../kernel/principal.js';
import {
  announceActionSchema,
  corporateActionSchema,
  type AnnounceAction,
  type CorporateActionView,
} from './corporate-actions.dto.js';
import { CorporateActionsService } from './corporate-actions.service.js';

@ApiTags('admin')
@Requires('accounts.manage')
@Controller('api/admin/corporate-actions')
export class CorporateActionsController {
  constructor(private readonly actions: CorporateActionsService) {}

  @Post()
  @ApiOperation({
    summary: 'Announce a split, dividend or change of a symbol: it takes effect now',
  })
  @ApiCreatedResponse({ standardSchema: corporateActionSchema })
  @ApiUnprocessableEntityResponse({
    description: 'trading.bad_corporate_action, trading.corporate_action_reused',
  })
  @ApiConflictResponse({
    description: 'trading.contracts_open, trading.opposite_positions, trading.symbol_changing',
  })
  announce(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: announceActionSchema }) request: AnnounceAction,
  ): Promise<CorporateActionView> {
    return this.actions.announce(userId, request);
  }

  @Get()
  @ApiOperation({ summary: 'What was announced, newest first, and how far it is done' })
  @ApiOkResponse({ standardSchema: pageOf(corporateActionSchema) })
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Promise<Page<CorporateActionView>> {
    return this.actions.list(query);
  }
}
