import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, pageOf, SignedIn } from '../../../http/index.js';
import type { Page } from '../../../kernel/page.js';
import type { Principal } from '../../../kernel/principal.js';
import { CachedResponse } from '../../../redis/index.js';
import {
  journalTradeSchema,
  listTradesSchema,
  topTradesQuerySchema,
  topTradesSchema,
  type JournalTrade,
  type ListTrades,
  type TopTrades,
  type TopTradesQuery,
} from '../journal.dto.js';
import { TopTradesService } from './top-trades.service.js';
import { TradesService } from './trades.service.js';

@ApiTags('journal')
@SignedIn({ apiKeys: true })
@Controller('api/journal/trades')
export class TradesController {
  constructor(
    private readonly trades: TradesService,
    private readonly topTrades: TopTradesService,
  ) {}

  @Get()
  @CachedResponse({ scope: 'user', store: false })
  @ApiOperation({ summary: 'Your trades wherever they were made, latest first' })
  @ApiOkResponse({ standardSchema: pageOf(journalTradeSchema) })
  list(
    @CurrentPrincipal() { userId }: Principal,
    @Query({ schema: listTradesSchema }) query: ListTrades,
  ): Promise<Page<JournalTrade>> {
    return this.trades.list(userId, query);
  }

  @Get('top')
  @ApiOperation({
    summary: 'Your most profitable closed trades',
    description: 'Sales matched with their purchases, first in, first out; fees taken off.',
  })
  @ApiOkResponse({ standardSchema: topTradesSchema })
  top(
    @CurrentPrincipal() { userId }: Principal,
    @Query({ schema: topTradesQuerySchema }) query: TopTradesQuery,
  ): Promise<TopTrades> {
    return this.topTrades.top(userId, query);
  }
}
