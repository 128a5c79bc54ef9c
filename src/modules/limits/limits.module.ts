import { Module } from '@nestjs/common';
import { HttpModule } from '../../http/index.js';
import { SystemConfigModule } from '../system-config/index.js';
import { BlockSweep } from './blocks/block-sweep.js';
import { BlocksRepository } from './blocks/blocks.repository.js';
import { QuotaSweep } from './quotas/quota-sweep.js';
import { LimitOverrides } from './rates/limit-overrides.js';

@Module({
  imports: [SystemConfigModule, HttpModule],
  providers: [LimitOverrides, BlocksRepository, BlockSweep, QuotaSweep],
  exports: [SystemConfigModule, HttpModule, LimitOverrides, BlocksRepository],
})
export class LimitsModule {}
