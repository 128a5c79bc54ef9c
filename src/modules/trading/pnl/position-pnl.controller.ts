import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, SignedIn } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
import { positionPnlSchema, type PositionPnl } from './pnl.dto.js';
import { PnlInterest } from './pnl-interest.js';
import { PositionPnlService } from './position-pnl.service.js';

@ApiTags('trading')
@SignedIn({ apiKeys: true })
@Controller('api/positions/pnl')
export class PositionPnlController {
  constructor(
    private readonly pnl: PositionPnlService,
    private readonly interest: PnlInterest,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'The profit of what you hold, up to 30 s old; live on trading.positions',
  })
  @ApiOkResponse({ standardSchema: positionPnlSchema })
  view(@CurrentPrincipal() { userId }: Principal): Promise<PositionPnl> {
    this.interest.noteReader(userId);
    return this.pnl.view(userId);
  }
}
