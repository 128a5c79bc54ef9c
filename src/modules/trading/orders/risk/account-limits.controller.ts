import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../../../../http/index.js';
import { accountLimitsSchema, type AccountLimits } from './account-limits.dto.js';
import { AccountLimitsService } from './account-limits.service.js';

@ApiTags('trading')
@Requires('config.manage')
@Controller('api/admin/trading/limits')
export class AccountLimitsController {
  constructor(private readonly limits: AccountLimitsService) {}

  @Get(':userId')
  @ApiOperation({ summary: 'The limits of the account of a user, where it has its own' })
  @ApiOkResponse({ standardSchema: accountLimitsSchema })
  @ApiNotFoundResponse({ description: 'trading.account_not_found' })
  get(@Param('userId') userId: string): Promise<AccountLimits> {
    return this.limits.get(userId);
  }

  @Put(':userId')
  @ApiOperation({ summary: 'Give the account of a user limits of its own, from its next order on' })
  @ApiOkResponse({ standardSchema: accountLimitsSchema })
  @ApiNotFoundResponse({ description: 'trading.account_not_found' })
  put(
    @Param('userId') userId: string,
    @Body({ schema: accountLimitsSchema }) limits: AccountLimits,
  ): Promise<AccountLimits> {
    return this.limits.put(userId, limits);
  }
}
