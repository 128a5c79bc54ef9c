import { Module } from '@nestjs/common';
import { MarketDataModule, MarketDataWorkerModule } from '../market-data/index.js';
import { PriceAlertWatch } from './price-alert-watch.js';
import { PriceAlertsModule } from './price-alerts.module.js';

@Module({
  imports: [PriceAlertsModule, MarketDataModule, MarketDataWorkerModule],
  providers: [PriceAlertWatch],
})
export class PriceAlertsWorkerModule {}
