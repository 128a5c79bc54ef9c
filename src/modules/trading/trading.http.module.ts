import { Module } from '@nestjs/common';
import { AccountController } from './accounts/account.controller.js';
import { OrdersController } from './orders/orders.controller.js';
import { TradingModule } from './trading.module.js';

@Module({ imports: [TradingModule], controllers: [OrdersController, AccountController] })
export class TradingHttpModule {}
