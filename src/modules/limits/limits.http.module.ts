import { Module } from '@nestjs/common';
import { BlockEnforcement } from './blocks/block-enforcement.js';
import { BlockListService } from './blocks/block-list.service.js';
import { BlocksController } from './blocks/blocks.controller.js';
import { BlocksService } from './blocks/blocks.service.js';
import { LimitsModule } from './limits.module.js';
import { QuotasController } from './quotas/quotas.controller.js';
import { RateLimitsController } from './rates/rate-limits.controller.js';
import { RateLimitsService } from './rates/rate-limits.service.js';

@Module({
  imports: [LimitsModule],
  controllers: [RateLimitsController, BlocksController, QuotasController],
  providers: [RateLimitsService, BlockEnforcement, BlocksService, BlockListService],
})
export class LimitsHttpModule {}
