import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { pageQuerySchema, Requires, type PageQuery } from '../../../http/index.js';
import type { Page } from '../../../kernel/page.js';
import { adminActionPageSchema, type AdminActionView } from './actions.dto.js';
import { ActionsService } from './actions.service.js';

@ApiTags('maintenance')
@Requires('audit.read')
@Controller('api/admin/actions')
export class ActionsController {
  constructor(private readonly actions: ActionsService) {}

  @Get()
  @ApiOperation({ summary: 'What administrators have changed, latest first; kept for a year' })
  @ApiOkResponse({ standardSchema: adminActionPageSchema })
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Promise<Page<AdminActionView>> {
    return this.actions.list(query);
  }
}
