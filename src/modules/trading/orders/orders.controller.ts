import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { CurrentPrincipal, pageOf, RateLimit, SignedIn } from '../../../http/index.js';
import type { Page } from '../../../kernel/page.js';
import type { Principal } from '../../../kernel/principal.js';
import { OrdersService } from './orders.service.js';
import {
  listOrdersSchema,
  orderSchema,
  placeOrderSchema,
  type ListOrders,
  type Order,
  type PlaceOrder,
} from '../trading.dto.js';

@ApiTags('trading')
@SignedIn()
@Controller('api/orders')
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @RateLimit('orders.place')
  @Post()
  @RateLimit('orders.place')
  @ApiOperation({ summary: 'Place an order' })
  @ApiCreatedResponse({ standardSchema: orderSchema })
  @ApiUnprocessableEntityResponse({
    description:
      'trading.unknown_symbol, trading.insufficient_funds, trading.insufficient_position, trading.client_order_id_reused',
  })
  place(
    @CurrentPrincipal() { userId }: Principal,
    @Body({ schema: placeOrderSchema }) order: PlaceOrder,
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

  @Delete(':id')
  @ApiOperation({ summary: 'Cancel an order' })
  @ApiOkResponse({ standardSchema: orderSchema })
  @ApiNotFoundResponse({ description: 'trading.order_not_found' })
  @ApiConflictResponse({
    description: 'trading.order_final: it is filled, cancelled or rejected already',
  })
  cancel(@CurrentPrincipal() { userId }: Principal, @Param('id') id: string): Promise<Order> {
    return this.orders.cancel(userId, id);
  }
}
