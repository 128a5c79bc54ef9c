import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SignedIn } from '../../../http/index.js';
import { marketStatusSchema } from './market-status.dto.js';
import type { MarketStatus } from './market-status.js';
import { MarketStatusService } from './market-status.service.js';

@ApiTags('market')
@SignedIn({ apiKeys: true })
@Controller('api/market/status')
export class MarketStatusController {
  constructor(private readonly market: MarketStatusService) {}

  @Get()
  @ApiOperation({ summary: 'Whether New York trades, and when it opens and closes next' })
  @ApiOkResponse({ standardSchema: marketStatusSchema })
  status(): Promise<MarketStatus> {
    return this.market.status();
  }
}
