import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../../../http/index.js';
import type { Page } from '../../../kernel/page.js';
import { alertPageSchema, listAlertsSchema, type Alert, type ListAlerts } from './alerts.dto.js';
import { AlertsService } from './alerts.service.js';

@ApiTags('monitoring')
@Requires('monitoring.read')
@Controller('api/monitoring/alerts')
export class AlertsController {
  constructor(private readonly alerts: AlertsService) {}

  @Get()
  @ApiOperation({ summary: 'Active and past alerts, newest first' })
  @ApiOkResponse({ standardSchema: alertPageSchema })
  list(@Query({ schema: listAlertsSchema }) query: ListAlerts): Promise<Page<Alert>> {
    return this.alerts.list(query);
  }
}
