import { Body, Controller, Get, Param, Patch } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, Requires } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
import {
  changeRateLimitSchema,
  limitNameSchema,
  rateLimitListSchema,
  rateLimitSchema,
  type ChangeRateLimit,
  type RateLimitFigure,
  type RateLimitList,
} from './rate-limits.dto.js';
import { RateLimitsService } from './rate-limits.service.js';

@ApiTags('limits')
@Controller('api/admin/rate-limits')
export class RateLimitsController {
  constructor(private readonly limits: RateLimitsService) {}

  @Get()
  @Requires('monitoring.read')
  @ApiOperation({ summary: 'Every limit with its figures, and how they are counted' })
  @ApiOkResponse({ standardSchema: rateLimitListSchema })
  list(): RateLimitList {
    return this.limits.list();
  }

  @Patch(':name')
  @Requires('config.manage')
  @ApiOperation({
    summary: 'Give a limit other figures, in every process; they survive restarts',
  })
  @ApiOkResponse({ standardSchema: rateLimitSchema })
  @ApiNotFoundResponse({ description: 'rate_limit.unknown' })
  change(
    @CurrentPrincipal() { userId }: Principal,
    @Param('name', { schema: limitNameSchema }) name: string,
    @Body({ schema: changeRateLimitSchema }) change: ChangeRateLimit,
  ): Promise<RateLimitFigure> {
    return this.limits.change(userId, name, change);
  }
}
