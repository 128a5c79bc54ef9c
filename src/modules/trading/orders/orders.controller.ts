import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import {
  CurrentPrincipal,
  pageOf,
  pageQuerySchema,
  RateLimit,
  SignedIn,
  type PageQuery,
} from '../../../http/index.js';
import { onlyPage, type Page } from '../../../kernel/page.js';
import type { Principal } from '../../../kernel/principal.js';
import { OrdersService } from './orders.service.js';
import {
  cancelOrdersSchema,
  listOrdersSchema,
  orderSchema,
  orderTransitionSchema,
  placeOrderSchema,
  replaceOrderSchema,
  type CancelOrders,
  type ListOrders,
  type Order,
  type OrderTransition,
  type OrderRequest,
  type ReplaceOrder,
} from '../trading.dto.js';

@ApiTags('trading')
@SignedIn({ apiKeys: true })
@Controller('api/orders')
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Post()
  @RateLimit('orders.place', 'orders.place-ip')
  @ApiOperation({
    summary: 'Place an order',
    description:
      'With `orderClass` also a group: a `bracket` or `oto` buys and then sells by its legs, an `oco` sells what is held at a profit or by a stop. The answer has the legs.',
  })
  @ApiCreatedResponse({ standardSchema: orderSchema })
  @ApiUnprocessableEntityResponse({
    description:
      'trading.unknown_symbol, trading.insufficient_funds, trading.insufficient_position, trading.bad_order_size, trading.not_fractionable, trading.notional_too_small, trading.bad_quantity, trading.contract_not_listed, trading.uncovered_option, trading.not_shortable, trading.equity_below_minimum, trading.opposite_order, trading.bad_expiry, trading.bad_time_in_force, trading.bad_extended_hours, trading.market_closed, trading.too_late_for_auction, trading.stop_price_reached, trading.bad_lots, trading.bad_order_class, trading.bad_take_profit, trading.bad_stop_loss, trading.client_order_id_reused',
  })
  @ApiConflictResponse({ description: 'trading.too_many_orders' })
  place(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: placeOrderSchema }) order: OrderRequest,
  ): Promise<Order> {
    return this.orders.place(userId, order);
  }

  @Get()
  @ApiOperation({ summary: 'Your orders, newest first' })
  @ApiOkResponse({ standardSchema: pageOf(orderSchema) })
  list(
    @CurrentPrincipal() { userId }: Principal,
    @Query({ schema: listOrdersSchema }) query: ListOrders,
  ): Promise<Page<Order>> {
    return this.orders.list(userId, query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One order of yours' })
  @ApiOkResponse({ standardSchema: orderSchema })
  @ApiNotFoundResponse({ description: 'trading.order_not_found' })
  get(@CurrentPrincipal() { userId }: Principal, @Param('id') id: string): Promise<Order> {
    return this.orders.get(userId, id);
  }

  @Get('by-client-order-id/:clientOrderId')
  @ApiOperation({ summary: 'The order that you gave this id: what became of it, after a time-out' })
  @ApiOkResponse({ standardSchema: orderSchema })
  @ApiNotFoundResponse({ description: 'trading.order_not_found' })
  getByClientOrderId(
    @CurrentPrincipal() { userId }: Principal,
    @Param('clientOrderId') clientOrderId: string,
  ): Promise<Order> {
    return this.orders.getByClientOrderId(userId, clientOrderId);
  }

  @Get(':id/history')
  @ApiOperation({
    summary: 'Each step of an order of yours: when, why, by what quote; the latest first',
  })
  @ApiOkResponse({ standardSchema: pageOf(orderTransitionSchema) })
  @ApiNotFoundResponse({ description: 'trading.order_not_found' })
  history(
    @CurrentPrincipal() { userId }: Principal,
    @Param('id') id: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<Page<OrderTransition>> {
    return this.orders.history(userId, id, query);
  }

  @Patch(':id')
  @RateLimit('orders.place', 'orders.place-ip')
  @ApiOperation({
    summary: 'Replace a working order',
    description:
      'It ends as `replaced`, and the answer is the order that takes its place, with what has not traded yet: both or neither. In a group the others stay with it; legs follow the quantity of their entry.',
  })
  @ApiOkResponse({ standardSchema: orderSchema })
  @ApiNotFoundResponse({ description: 'trading.order_not_found' })
  @ApiConflictResponse({ description: 'trading.order_final' })
  @ApiUnprocessableEntityResponse({
    description:
      'trading.bad_replacement, trading.bad_take_profit, trading.bad_stop_loss, trading.bad_quantity, trading.not_fractionable, trading.notional_too_small, trading.too_late_for_auction, trading.stop_price_reached, trading.insufficient_funds, trading.insufficient_position, trading.client_order_id_reused',
  })
  replace(
    @CurrentPrincipal() { userId }: Principal,
    @Param('id') id: string,
    @Body({ schema: replaceOrderSchema }) change: ReplaceOrder,
  ): Promise<Order> {
    return this.orders.replace(userId, id, change);
  }

  @Delete()
  @ApiOperation({
    summary:
      'Cancel all working orders, and legs that are held, of one symbol or of any: all of them or none',
  })
  @ApiOkResponse({ standardSchema: pageOf(orderSchema) })
  async cancelAll(
    @CurrentPrincipal() { userId }: Principal,
    @Query({ schema: cancelOrdersSchema }) { symbol }: CancelOrders,
  ): Promise<Page<Order>> {
    return onlyPage(await this.orders.cancelAll(userId, symbol));
  }

  @Delete(':id')
  @ApiOperation({
    summary: 'Cancel an order',
    description:
      'With an entry its legs are cancelled (those of what it has bought work on), with a leg the other one, and an entry that works still.',
  })
  @ApiOkResponse({ standardSchema: orderSchema })
  @ApiNotFoundResponse({ description: 'trading.order_not_found' })
  @ApiConflictResponse({
    description: 'trading.order_final: it is filled, cancelled or rejected already',
  })
  cancel(@CurrentPrincipal() { userId }: Principal, @Param('id') id: string): Promise<Order> {
    return this.orders.cancel(userId, id);
  }
}
