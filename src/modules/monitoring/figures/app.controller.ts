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
  queueFiguresSchema,
  type CacheFigures,
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
}
