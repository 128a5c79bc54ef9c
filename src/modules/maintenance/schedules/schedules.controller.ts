import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Requires } from '../../../http/index.js';
import {
  runRequestedSchema,
  scheduleListSchema,
  type RunRequested,
  type ScheduleView,
} from './schedules.dto.js';
import { SchedulesService } from './schedules.service.js';

@ApiTags('maintenance')
@Requires('schedules.run')
@Controller('api/admin/schedules')
export class SchedulesController {
  constructor(private readonly schedules: SchedulesService) {}

  @Get()
  @ApiOperation({ summary: 'What runs by itself, when next, and how it went the last time' })
  @ApiOkResponse({ standardSchema: scheduleListSchema })
  async list(): Promise<{ items: ScheduleView[] }> {
    return { items: await this.schedules.list() };
  }

  @Post(':name/run')
  @HttpCode(202)
  @ApiOperation({ summary: 'Run a schedule now; it begins within two seconds where jobs run' })
  @ApiAcceptedResponse({ standardSchema: runRequestedSchema })
  @ApiNotFoundResponse({ description: 'maintenance.unknown_schedule' })
  @ApiConflictResponse({ description: 'maintenance.already_running: or asked for already' })
  run(@Param('name') name: string): Promise<RunRequested> {
    return this.schedules.requestRun(name);
  }
}
