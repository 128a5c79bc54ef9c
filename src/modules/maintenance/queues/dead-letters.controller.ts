import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { CurrentPrincipal, Recorded, Requires } from '../../../http/index.js';
import type { Page } from '../../../kernel/page.js';
import type { Principal } from '../../../kernel/principal.js';
import { DeadLettersService } from './dead-letters.service.js';
import {
  deadLetterPageSchema,
  listDeadLettersSchema,
  replayAllSchema,
  replayedSchema,
  type DeadLetter,
  type ListDeadLetters,
  type ReplayAll,
  type Replayed,
} from './queues.dto.js';
import { QueuesService } from './queues.service.js';

@ApiTags('maintenance')
@Requires('queues.manage')
@Controller('api/admin/queues/:queue/dead')
export class DeadLettersController {
  constructor(
    private readonly queues: QueuesService,
    private readonly deadLetters: DeadLettersService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Jobs of the queue that failed for good, the latest first' })
  @ApiOkResponse({ standardSchema: deadLetterPageSchema })
  @ApiNotFoundResponse({ description: 'maintenance.unknown_queue' })
  list(
    @Param('queue') queue: string,
    @Query({ schema: listDeadLettersSchema }) query: ListDeadLetters,
  ): Promise<Page<DeadLetter>> {
    this.queues.assertKnown(queue);
    return this.deadLetters.list(queue, query);
  }

  @Post('replay')
  @Recorded('job', 'limit')
  @HttpCode(200)
  @ApiOperation({ summary: 'Add all of them to the queue again, each once' })
  @ApiOkResponse({ standardSchema: replayedSchema })
  @ApiNotFoundResponse({ description: 'maintenance.unknown_queue' })
  replayAll(
    @Param('queue') queue: string,
    @Body({ schema: replayAllSchema }) body: ReplayAll,
    @CurrentPrincipal() { userId }: Principal,
  ): Promise<Replayed> {
    this.queues.assertKnown(queue);
    return this.deadLetters.replayAll(queue, body, userId);
  }

  @Post(':id/replay')
  @HttpCode(200)
  @ApiOperation({ summary: 'Add one to the queue again, once' })
  @ApiOkResponse({ standardSchema: replayedSchema })
  @ApiNotFoundResponse({
    description: 'maintenance.unknown_queue, maintenance.unknown_dead_letter',
  })
  @ApiConflictResponse({ description: 'maintenance.already_replayed' })
  @ApiUnprocessableEntityResponse({ description: 'maintenance.cannot_replay' })
  replay(
    @Param('queue') queue: string,
    @Param('id') id: string,
    @CurrentPrincipal() { userId }: Principal,
  ): Promise<Replayed> {
    this.queues.assertKnown(queue);
    return this.deadLetters.replay(queue, id, userId);
  }
}
