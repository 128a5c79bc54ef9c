import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Recorded, Requires } from '../../../http/index.js';
import {
  cancelledJobSchema,
  cleanQueueSchema,
  queueListSchema,
  queueSchema,
  queueWindowSchema,
  removedJobsSchema,
  type CancelledJob,
  type CleanQueue,
  type QueueView,
  type QueueWindow,
  type RemovedJobs,
} from './queues.dto.js';
import { QueuesService } from './queues.service.js';

@ApiTags('maintenance')
@Requires('queues.manage')
@ApiNotFoundResponse({ description: 'maintenance.unknown_queue' })
@Controller('api/admin/queues')
export class QueuesController {
  constructor(private readonly queues: QueuesService) {}

  @Get()
  @ApiOperation({
    summary:
      'The queues, with what waits, runs and failed in each, and how long jobs waited and ran',
  })
  @ApiOkResponse({ standardSchema: queueListSchema })
  async list(
    @Query({ schema: queueWindowSchema }) { window }: { window: QueueWindow },
  ): Promise<{ items: QueueView[] }> {
    return { items: await this.queues.list(window) };
  }

  @Get(':queue')
  @ApiOperation({ summary: 'One queue' })
  @ApiOkResponse({ standardSchema: queueSchema })
  find(
    @Param('queue') queue: string,
    @Query({ schema: queueWindowSchema }) { window }: { window: QueueWindow },
  ): Promise<QueueView> {
    return this.queues.find(queue, window);
  }

  @Post(':queue/pause')
  @HttpCode(200)
  @ApiOperation({ summary: 'Begin no job of the queue, in any process, until it is resumed' })
  @ApiOkResponse({ standardSchema: queueSchema })
  pause(@Param('queue') queue: string): Promise<QueueView> {
    return this.queues.setPaused(queue, true);
  }

  @Post(':queue/resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'Run the jobs of the queue again' })
  @ApiOkResponse({ standardSchema: queueSchema })
  resume(@Param('queue') queue: string): Promise<QueueView> {
    return this.queues.setPaused(queue, false);
  }

  @Post(':queue/drain')
  @HttpCode(200)
  @ApiOperation({ summary: 'Remove every job that waits or is delayed; those that run go on' })
  @ApiOkResponse({ standardSchema: removedJobsSchema })
  drain(@Param('queue') queue: string): Promise<RemovedJobs> {
    return this.queues.drain(queue);
  }

  @Post(':queue/clean')
  @Recorded('state', 'olderThanMs')
  @HttpCode(200)
  @ApiOperation({ summary: 'Remove jobs that ended; of those that failed the dead letters stay' })
  @ApiOkResponse({ standardSchema: removedJobsSchema })
  clean(
    @Param('queue') queue: string,
    @Body({ schema: cleanQueueSchema }) body: CleanQueue,
  ): Promise<RemovedJobs> {
    return this.queues.clean(queue, body);
  }

  @Post(':queue/jobs/:id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take a job back, or end it where it runs; it is not tried again' })
  @ApiOkResponse({ standardSchema: cancelledJobSchema })
  @ApiConflictResponse({ description: 'maintenance.job_gone: it has ended, or there is none' })
  cancel(@Param('queue') queue: string, @Param('id') id: string): Promise<CancelledJob> {
    return this.queues.cancel(queue, id);
  }
}
