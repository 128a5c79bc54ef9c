import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SignedIn } from '../../../http/index.js';
import { CachedResponse } from '../../../redis/index.js';
import {
  searchAnswerSchema,
  searchQuerySchema,
  type SearchAnswer,
  type SearchQuery,
} from './search.dto.js';
import { SearchService } from './search.service.js';

@ApiTags('market')
@SignedIn({ apiKeys: true })
@Controller('api/market/search')
export class SearchController {
  constructor(private readonly market: SearchService) {}

  @Get()
  @CachedResponse({ scope: 'shared', store: false })
  @ApiOperation({ summary: 'Instruments by symbol or name' })
  @ApiOkResponse({ standardSchema: searchAnswerSchema })
  search(@Query({ schema: searchQuerySchema }) { q }: SearchQuery): Promise<SearchAnswer> {
    return this.market.search(q);
  }
}
