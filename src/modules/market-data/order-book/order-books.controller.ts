import { Controller, Get, Param } from '@nestjs/common';
import {
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { SignedIn } from '../../../http/index.js';
import { symbolSchema } from '../market-data.dto.js';
import { orderBookSchema } from './order-book.dto.js';
import type { OrderBook } from './order-book.js';
import { OrderBooksService } from './order-books.service.js';

@ApiTags('market')
@SignedIn({ apiKeys: true })
@Controller('api/market/order-book')
export class OrderBooksController {
  constructor(private readonly books: OrderBooksService) {}

  @Get(':symbol')
  @ApiOperation({ summary: 'Ten levels of bids and asks, up to 1 s old' })
  @ApiOkResponse({ standardSchema: orderBookSchema })
  @ApiNotFoundResponse({ description: 'market_data.unknown_symbol' })
  @ApiUnprocessableEntityResponse({ description: 'market_data.no_depth' })
  orderBook(@Param('symbol', { schema: symbolSchema }) symbol: string): Promise<OrderBook> {
    return this.books.orderBook(symbol);
  }
}
