import { Body, Controller, Get, Patch, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import {
  CurrentPrincipal,
  pageOf,
  pageQuerySchema,
  SignedIn,
  type PageQuery,
} from '../../../http/index.js';
import type { Page } from '../../../kernel/page.js';
import type { Principal } from '../../../kernel/principal.js';
import { AccountSettingsService } from './account-settings.service.js';
import { AccountsService } from './accounts.service.js';
import { PositionsService } from './positions.service.js';
import {
  accountSchema,
  tradeSchema,
  valuedPositionSchema,
  type Account,
  type Trade,
  type ValuedPosition,
} from '../trading.dto.js';
import { accountSettingsSchema, type AccountSettings } from './account-settings.dto.js';

@ApiTags('trading')
@SignedIn({ apiKeys: true })
@Controller('api')
export class AccountController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly settings: AccountSettingsService,
    private readonly positions: PositionsService,
  ) {}

  @Get('account')
  @ApiOperation({ summary: 'Your paper account' })
  @ApiOkResponse({ standardSchema: accountSchema })
  account(@CurrentPrincipal() { userId }: Principal): Promise<Account> {
    return this.accounts.view(userId);
  }

  @Patch('account/settings')
  @ApiOperation({ summary: 'Change how your account works; what is not named stays' })
  @ApiOkResponse({ standardSchema: accountSchema })
  @ApiConflictResponse({ description: 'trading.account_busy' })
  @ApiUnprocessableEntityResponse({
    description: 'trading.equity_below_minimum, trading.short_sales_work',
  })
  changeSettings(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: accountSettingsSchema }) settings: AccountSettings,
  ): Promise<Account> {
    return this.settings.change(userId, settings);
  }

  @Get('positions')
  @ApiOperation({ summary: 'What you hold, by symbol, at the current quotes; never from a cache' })
  @ApiOkResponse({ standardSchema: pageOf(valuedPositionSchema) })
  listPositions(
    @CurrentPrincipal() { userId }: Principal,
    @Query({ schema: pageQuerySchema }) { cursor, limit }: PageQuery,
  ): Promise<Page<ValuedPosition>> {
    return this.positions.listOpen(userId, cursor, limit);
  }

  @Get('trades')
  @ApiOperation({ summary: 'Your fills, newest first' })
  @ApiOkResponse({ standardSchema: pageOf(tradeSchema) })
  listTrades(
    @CurrentPrincipal() { userId }: Principal,
    @Query({ schema: pageQuerySchema }) { cursor, limit }: PageQuery,
  ): Promise<Page<Trade>> {
    return this.positions.listTrades(userId, cursor, limit);
  }
}
