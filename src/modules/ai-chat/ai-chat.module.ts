import { Module } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { HttpModule, QuotaBook } from '../../http/index.js';
import { ScheduleRegistry } from '../../redis/index.js';
import { MarketDataModule } from '../market-data/index.js';
import { PortfolioModule } from '../portfolio/index.js';
import { dropOldUsage } from './ai-chat.schedules.js';
import { AiChatService } from './ai-chat.service.js';
import { createModel } from './models/create-model.js';
import { LanguageModel } from './models/language-model.js';
import { AiUsageRepository } from './quota/ai-usage.repository.js';
import { QuotaService } from './quota/quota.service.js';

@Module({
  imports: [HttpModule, MarketDataModule, PortfolioModule],
  providers: [
    { provide: LanguageModel, inject: [Config], useFactory: createModel },
    AiUsageRepository,
    QuotaService,
    AiChatService,
  ],
  exports: [AiChatService, QuotaService],
})
export class AiChatModule {
  constructor(schedules: ScheduleRegistry, quotas: QuotaBook, quota: QuotaService) {
    quotas.add((userId) => quota.listed(userId));
    schedules.register(dropOldUsage, async () => ({ dropped: await quota.dropOld() }));
  }
}
