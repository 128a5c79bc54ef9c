import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SignedIn } from '../../../http/index.js';
import { CachedResponse } from '../../../redis/index.js';
import { indicesSchema } from './indices.dto.js';
import { IndicesService } from './indices.service.js';
import type { MarketIndices } from './market-index.js';

@ApiTags('market')
@SignedIn({ apiKeys: true })
@Controller('api/market/indices')
export class IndicesController {
  constructor(private readonly market: IndicesService) {}

  @Get()
  @CachedResponse({ scope: 'shared', store: false })
  @ApiOperation({ summary: 'Indices computed from the instruments, up to 5 min old' })
  @ApiOkResponse({ standardSchema: indicesSchema })
  indices(): Promise<MarketIndices> {
    return this.market.indices();
  }
}
