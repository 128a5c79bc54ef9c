import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { CurrentPrincipal, pageQuerySchema, SignedIn, type PageQuery } from '../../http/index.js';
import type { Page } from '../../kernel/page.js';
import type { Principal } from '../../kernel/principal.js';
import {
  createPriceAlertSchema,
  priceAlertPageSchema,
  priceAlertSchema,
  type CreatePriceAlert,
  type PriceAlert,
} from './price-alerts.dto.js';
import { PriceAlertsService } from './price-alerts.service.js';

@ApiTags('price-alerts')
@SignedIn({ apiKeys: true })
@Controller('api/price-alerts')
export class PriceAlertsController {
  constructor(private readonly alerts: PriceAlertsService) {}

  @Post()
  @ApiOperation({
    summary: 'Be told, once, when the last trade of a symbol reaches a price',
    description: 'A price that is reached already is told of on the next tick. At most 100 armed.',
  })
  @ApiCreatedResponse({ standardSchema: priceAlertSchema })
  @ApiUnprocessableEntityResponse({ description: 'price_alerts.unknown_symbol' })
  @ApiConflictResponse({ description: 'price_alerts.too_many' })
  create(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: createPriceAlertSchema }) body: CreatePriceAlert,
  ): Promise<PriceAlert> {
    return this.alerts.create(userId, body);
  }

  @Get()
  @ApiOperation({ summary: 'Your price alerts, armed and fired, newest first' })
  @ApiOkResponse({ standardSchema: priceAlertPageSchema })
  list(
    @CurrentPrincipal() { userId }: Principal,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<Page<PriceAlert>> {
    return this.alerts.list(userId, query);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a price alert of yours, armed or fired' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'price_alerts.not_found' })
  remove(@CurrentPrincipal() { userId }: Principal, @Param('id') id: string): Promise<void> {
    return this.alerts.remove(userId, id);
  }
}
