import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, pageOf, SignedIn } from '../../http/index.js';
import { onlyPage, type Page } from '../../kernel/page.js';
import type { Principal } from '../../kernel/principal.js';
import { CachedResponse } from '../../redis/index.js';
import {
  dashboardSchema,
  featureSchema,
  type Dashboard,
  type FeatureView,
} from './ai-studio.dto.js';
import { StudioFeaturesService } from './features/studio-features.service.js';
import { DashboardService } from './models/dashboard.service.js';

@ApiTags('ai-studio')
@SignedIn()
@Controller('api/studio')
export class StudioController {
  constructor(
    private readonly studioFeatures: StudioFeaturesService,
    private readonly dashboards: DashboardService,
  ) {}

  @Get('features')
  @CachedResponse({ scope: 'shared', store: false })
  @ApiOperation({ summary: 'What a model can learn from' })
  @ApiOkResponse({ standardSchema: pageOf(featureSchema) })
  async features(): Promise<Page<FeatureView>> {
    return onlyPage(await this.studioFeatures.list());
  }

  @Get('dashboard')
  @CachedResponse({ scope: 'user', store: false })
  @ApiOperation({ summary: 'Your models and trainings in figures' })
  @ApiOkResponse({ standardSchema: dashboardSchema })
  dashboard(@CurrentPrincipal() { userId }: Principal): Promise<Dashboard> {
    return this.dashboards.get(userId);
  }
}
