import { Module } from '@nestjs/common';
import { MarketDataModule } from '../market-data/index.js';
import { PriceAlertsRepository } from './price-alerts.repository.js';
import { PriceAlertsService } from './price-alerts.service.js';

@Module({
  imports: [MarketDataModule],
  providers: [PriceAlertsRepository, PriceAlertsService],
  exports: [PriceAlertsRepository, PriceAlertsService],
})
export class PriceAlertsModule {}
