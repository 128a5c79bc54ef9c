import { Controller, Get, Param, Query } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { CurrentPrincipal, pageOf, SignedIn } from '../../../http/index.js';
import { MINUTE_MS } from '../../../kernel/duration.js';
import { onlyPage, type Page } from '../../../kernel/page.js';
import type { Principal } from '../../../kernel/principal.js';
import { CachedResponse } from '../../../redis/index.js';
import type { Instrument, Quote } from './quote.js';
import { symbolSchema } from '../market-data.dto.js';
import {
  instrumentSchema,
  quoteSchema,
  quotesAnswerSchema,
  quotesQuerySchema,
  type QuotesAnswer,
  type QuotesQuery,
} from './quotes.dto.js';
import { QuotesService } from './quotes.service.js';
import { MarketReads } from '../warming/market-reads.js';

@ApiTags('market')
@SignedIn({ apiKeys: true })
@Controller('api/market')
export class QuotesController {
  constructor(
    private readonly quotes: QuotesService,
    private readonly reads: MarketReads,
  ) {}

  @Get('instruments')
  @CachedResponse({
    name: 'market.instruments-response',
    namespace: 'market',
    scope: 'shared',
    ttlMs: 5 * MINUTE_MS,
    revisionOf: QuotesService,
    revalidate: true,
  })
  @ApiOperation({ summary: 'The instruments that can be quoted and traded' })
  @ApiOkResponse({
    standardSchema: pageOf(instrumentSchema),
  })
  instruments(): Page<Instrument> {
    return onlyPage(this.quotes.instruments());
  }

  @Get('quotes')
  @ApiOperation({ summary: 'Quotes of many symbols at once; unknown ones are told beside them' })
  @ApiOkResponse({ standardSchema: quotesAnswerSchema })
  @ApiBadRequestResponse({ description: 'market_data.too_many_symbols' })
  manyQuotes(
    @Query({ schema: quotesQuerySchema }) { symbols }: QuotesQuery,
  ): Promise<QuotesAnswer> {
    return this.quotes.getQuotes(symbols.split(','));
  }

  @Get('quotes/:symbol')
  @ApiOperation({ summary: 'The quote of a symbol, up to 2 s old (see asOf)' })
  @ApiOkResponse({ standardSchema: quoteSchema })
  @ApiNotFoundResponse({ description: 'market_data.unknown_symbol' })
  async quote(
    @CurrentPrincipal() reader: Principal,
    @Param('symbol', { schema: symbolSchema }) symbol: string,
  ): Promise<Quote> {
    const quote = await this.quotes.getQuote(symbol);
    this.reads.note(reader, 'quote', quote.symbol);
    return quote;
  }
}
