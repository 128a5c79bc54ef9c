import { Controller, Get } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { Requires } from '../../../http/index.js';
import { AppFiguresService } from './app-figures.service.js';
import {
  cacheFiguresSchema,
  outboxFiguresSchema,
  queueFiguresSchema,
  type CacheFigures,
  type OutboxReport,
  type QueueFigures,
} from './app.dto.js';

@ApiTags('monitoring')
@Requires('monitoring.read')
@Controller('api/monitoring')
export class AppFiguresController {
  constructor(private readonly figures: AppFiguresService) {}

  @Get('cache')
  @ApiOperation({ summary: 'Hit rates per cache and namespace, and what is stored' })
  @ApiOkResponse({ standardSchema: cacheFiguresSchema })
  cache(): Promise<CacheFigures> {
    return this.figures.cache();
  }

  @Get('queues')
  @ApiOperation({ summary: 'Counts, pause and backlog of each queue' })
  @ApiOkResponse({ standardSchema: queueFiguresSchema })
  @ApiServiceUnavailableResponse({ description: 'queue.unavailable' })
  queues(): Promise<QueueFigures> {
    return this.figures.queues();
  }

  @Get('outbox')
  @ApiOperation({ summary: 'Jobs and events on their way, and those that cannot be delivered' })
  @ApiOkResponse({ standardSchema: outboxFiguresSchema })
  outbox(): Promise<OutboxReport> {
    return this.figures.outboxReport();
  }
}
