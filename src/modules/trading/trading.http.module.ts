import { Module } from '@nestjs/common';
import { RealtimeGatewayModule } from '../../realtime/index.js';
import { AccountController } from './accounts/account.controller.js';
import { LotsController } from './accounts/lots.controller.js';
import { TransfersController } from './accounts/transfers.controller.js';
import { ClosingController } from './closing/closing.controller.js';
import { CorporateActionsController } from './corporate-actions/corporate-actions.controller.js';
import { HaltsController } from './halts/halts.controller.js';
import { OrdersController } from './orders/orders.controller.js';
import { AccountLimitsController } from './orders/risk/account-limits.controller.js';
import { TradingOptionsController } from './options/options.controller.js';
import { PnlInterest } from './pnl/pnl-interest.js';
import { PositionPnlController } from './pnl/position-pnl.controller.js';
import { SignalsController } from './signals/signals.controller.js';
import { TradingModule } from './trading.module.js';

@Module({
  imports: [TradingModule, RealtimeGatewayModule],
  controllers: [
    OrdersController,
    PositionPnlController,
    TradingOptionsController,
    AccountController,
    LotsController,
    CorporateActionsController,
    TransfersController,
    SignalsController,
    HaltsController,
    ClosingController,
    AccountLimitsController,
  ],
  providers: [PnlInterest],
})
export class TradingHttpModule {}
