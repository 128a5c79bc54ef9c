import { Module } from '@nestjs/common';
import { AccountController } from './account.controller.js';
import { OrdersController } from './orders.controller.js';
import { TradingModule } from './trading.module.js';

@Module({ imports: [TradingModule], controllers: [OrdersController, AccountController] })
export class TradingHttpModule {}
