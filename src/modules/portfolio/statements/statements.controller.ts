import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  CurrentPrincipal,
  pageQuerySchema,
  SignedIn,
  type PageQuery,
} from '../../../http/index.js';
import type { Page } from '../../../kernel/page.js';
import type { Principal } from '../../../kernel/principal.js';
import { statementPageSchema, type Statement } from './statements.dto.js';
import { StatementsService } from './statements.service.js';

@ApiTags('portfolio')
@SignedIn({ apiKeys: true })
@Controller('api/portfolio/statements')
export class StatementsController {
  constructor(private readonly statements: StatementsService) {}

  @Get()
  @ApiOperation({ summary: 'Your account at the close of each session in which something moved' })
  @ApiOkResponse({ standardSchema: statementPageSchema })
  list(
    @CurrentPrincipal() { userId }: Principal,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ): Promise<Page<Statement>> {
    return this.statements.list(userId, query);
  }
}
