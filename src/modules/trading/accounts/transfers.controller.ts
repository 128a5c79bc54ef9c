import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { CurrentPrincipal, pageOf, RateLimit, SignedIn } from '../../../http/index.js';
import type { Page } from '../../../kernel/page.js';
import type { Principal } from '../../../kernel/principal.js';
import {
  activitySchema,
  listActivitiesSchema,
  transferRequestSchema,
  transferSchema,
  type Activity,
  type ListActivities,
  type Transfer,
  type TransferRequest,
} from './transfers.dto.js';
import { TransfersService } from './transfers.service.js';

@ApiTags('trading')
@Controller('api/account')
export class TransfersController {
  constructor(private readonly transfers: TransfersService) {}

  @Post('deposits')
  @SignedIn()
  @RateLimit('account.transfer')
  @ApiOperation({ summary: 'Put paper cash into your account' })
  @ApiCreatedResponse({ standardSchema: transferSchema })
  @ApiUnprocessableEntityResponse({ description: 'trading.client_transfer_id_reused' })
  deposit(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: transferRequestSchema }) request: TransferRequest,
  ): Promise<Transfer> {
    return this.transfers.deposit(userId, request);
  }

  @Post('withdrawals')
  @SignedIn()
  @RateLimit('account.transfer')
  @ApiOperation({ summary: 'Take paper cash out that no working order holds back' })
  @ApiCreatedResponse({ standardSchema: transferSchema })
  @ApiUnprocessableEntityResponse({
    description: 'trading.insufficient_funds, trading.client_transfer_id_reused',
  })
  withdraw(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: transferRequestSchema }) request: TransferRequest,
  ): Promise<Transfer> {
    return this.transfers.withdraw(userId, request);
  }

  @Get('activities')
  @SignedIn({ apiKeys: true })
  @ApiOperation({ summary: 'All that moved cash or shares of yours, newest first: the ledger' })
  @ApiOkResponse({ standardSchema: pageOf(activitySchema) })
  list(
    @CurrentPrincipal() { userId }: Principal,
    @Query({ schema: listActivitiesSchema }) query: ListActivities,
  ): Promise<Page<Activity>> {
    return this.transfers.list(userId, query);
  }
}
