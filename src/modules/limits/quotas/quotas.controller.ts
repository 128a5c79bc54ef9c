import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, QuotaBook, SignedIn } from '../../../http/index.js';
import type { Principal } from '../../../kernel/principal.js';
import { quotaListSchema, type QuotaList } from './quotas.dto.js';

@ApiTags('users')
@SignedIn()
@Controller('api/users/me/quotas')
export class QuotasController {
  constructor(private readonly quotas: QuotaBook) {}

  @Get()
  @ApiOperation({ summary: 'What you may still do in this day or month, and when it begins anew' })
  @ApiOkResponse({ standardSchema: quotaListSchema })
  async list(@CurrentPrincipal() { userId }: Principal): Promise<QuotaList> {
    const items = await this.quotas.list(userId);
    return {
      items: items.map(({ resetsAtMs, ...usage }) => ({
        ...usage,
        // A limit may have been lowered since.
        remaining: Math.max(0, usage.limit - usage.used),
        resetAt: new Date(resetsAtMs).toISOString(),
      })),
    };
  }
}
