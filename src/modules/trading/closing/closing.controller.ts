import { Controller, Delete, Param, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { CurrentPrincipal, RateLimit, SignedIn } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
import { orderSchema, type Order } from '../trading.dto.js';
import {
  closedSymbolSchema,
  closePositionSchema,
  liquidateSchema,
  liquidationSchema,
  type ClosePosition,
  type Liquidate,
  type Liquidation,
} from './closing.dto.js';
import { ClosingService } from './closing.service.js';

@ApiTags('trading')
@SignedIn({ apiKeys: true })
@Controller('api/positions')
export class ClosingController {
  constructor(private readonly closing: ClosingService) {}

  @Delete()
  @RateLimit('orders.place', 'orders.place-ip')
  @ApiOperation({
    summary: 'Liquidate: cancel all working orders, and close every position',
    description:
      'In one transaction, but for shares that stand behind written calls: those are bought back first. What could not be closed says why.',
  })
  @ApiOkResponse({ standardSchema: liquidationSchema })
  @ApiConflictResponse({ description: 'trading.account_busy' })
  liquidate(
    @CurrentPrincipal() { userId }: Principal,
    @Query({ schema: liquidateSchema }) request: Liquidate,
  ): Promise<Liquidation> {
    return this.closing.liquidate(userId, request);
  }

  @Delete(':symbol')
  @RateLimit('orders.place', 'orders.place-ip')
  @ApiOperation({
    summary: 'Close a position, or a part of it, by a market order',
    description: 'Closing all of it cancels the working orders of the symbol first.',
  })
  @ApiOkResponse({ standardSchema: orderSchema })
  @ApiNotFoundResponse({ description: 'trading.no_position' })
  @ApiConflictResponse({
    description: 'trading.account_busy, trading.symbol_halted, trading.stale_quote',
  })
  @ApiUnprocessableEntityResponse({
    description:
      'trading.insufficient_position, trading.wash_trade, trading.order_too_large, trading.client_order_id_reused',
  })
  close(
    @CurrentPrincipal() { userId }: Principal,
    @Param('symbol', { schema: closedSymbolSchema }) symbol: string,
    @Query({ schema: closePositionSchema }) request: ClosePosition,
  ): Promise<Order> {
    return this.closing.close(userId, symbol, request);
  }
}
