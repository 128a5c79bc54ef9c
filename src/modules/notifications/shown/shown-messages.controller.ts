import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { pageQuerySchema, Requires, type PageQuery } from '../../../http/index.js';
import type { Page } from '../../../kernel/page.js';
import { DevelopmentTransport } from './development-transport.js';
import { shownMessagePageSchema, type ShownMessage } from './shown-messages.dto.js';

@ApiTags('notifications')
@Requires('config.manage')
@Controller('api/admin/messages')
export class ShownMessagesController {
  constructor(private readonly development: DevelopmentTransport) {}

  @Get()
  @ApiOperation({
    summary: 'What channels that are not set up would have sent, latest first',
    description: 'Of development: in production nothing is kept. Also a page: /admin/outbox.',
  })
  @ApiOkResponse({ standardSchema: shownMessagePageSchema })
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Promise<Page<ShownMessage>> {
    return this.development.list(query);
  }
}
