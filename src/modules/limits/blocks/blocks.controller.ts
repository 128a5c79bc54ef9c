import { Body, Controller, Delete, Get, HttpCode, Ip, Param, Post, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import {
  CurrentPrincipal,
  pageQuerySchema,
  Recorded,
  Requires,
  type PageQuery,
} from '../../../http/index.js';
import type { Page } from '../../../kernel/page.js';
import type { Principal } from '../../../kernel/principal.js';
import { BlockListService, toBlock } from './block-list.service.js';
import {
  addBlockSchema,
  blockChangePageSchema,
  blockPageSchema,
  blockSchema,
  liftBlockSchema,
  type AddBlock,
  type Block,
  type BlockChange,
  type LiftBlock,
} from './blocks.dto.js';
import { BlocksService } from './blocks.service.js';

@ApiTags('limits')
@Controller('api/admin/blocks')
export class BlocksController {
  constructor(
    private readonly blocks: BlocksService,
    private readonly lists: BlockListService,
  ) {}

  @Get()
  @Requires('monitoring.read')
  @ApiOperation({ summary: 'Addresses that are blocked, newest first' })
  @ApiOkResponse({ standardSchema: blockPageSchema })
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Promise<Page<Block>> {
    return this.lists.list(query);
  }

  @Get('changes')
  @Requires('monitoring.read')
  @ApiOperation({ summary: 'Who was blocked and unblocked, by whom and why, newest first' })
  @ApiOkResponse({ standardSchema: blockChangePageSchema })
  changes(@Query({ schema: pageQuerySchema }) query: PageQuery): Promise<Page<BlockChange>> {
    return this.lists.changes(query);
  }

  @Post()
  @Recorded('network', 'durationMs')
  @Requires('config.manage')
  @ApiOperation({ summary: 'Block an address or a range of them, in every process at once' })
  @ApiCreatedResponse({ standardSchema: blockSchema })
  @ApiConflictResponse({ description: 'block.own_address, block.never_blocked' })
  async add(
    @CurrentPrincipal() { userId }: Principal,
    @Ip() address: string,
    @Body({ schema: addBlockSchema }) block: AddBlock,
  ): Promise<Block> {
    return toBlock(await this.blocks.add({ userId, address }, block));
  }

  @Delete(':id')
  @Requires('config.manage')
  @HttpCode(204)
  @ApiOperation({ summary: 'Lift a block, in every process at once' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'block.not_found' })
  lift(
    @CurrentPrincipal() { userId }: Principal,
    @Param('id') id: string,
    @Query({ schema: liftBlockSchema }) { reason }: LiftBlock,
  ): Promise<void> {
    return this.blocks.lift(userId, id, reason);
  }
}
