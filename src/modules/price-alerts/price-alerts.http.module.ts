import { Module } from '@nestjs/common';
import { PriceAlertsController } from './price-alerts.controller.js';
import { PriceAlertsModule } from './price-alerts.module.js';

@Module({ imports: [PriceAlertsModule], controllers: [PriceAlertsController] })
export class PriceAlertsHttpModule {}
