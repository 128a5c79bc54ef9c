import { Module } from '@nestjs/common';
import { QueuesModule, ScheduleRegistry } from '../../redis/index.js';
import { MarketDataModule } from '../market-data/index.js';
import { AccountsRepository } from './accounts/accounts.repository.js';
import { AccountsService } from './accounts/accounts.service.js';
import { BuyingPower } from './orders/buying-power.js';
import { DueOrders } from './execution/due-orders.js';
import { ExecutionsRepository } from './execution/executions.repository.js';
import { Ledger } from './ledger/ledger.js';
import { LedgerVerifier } from './ledger/ledger-verifier.js';
import { LedgerRepository } from './ledger/ledger.repository.js';
import { LotsService } from './accounts/lots.service.js';
import { TransfersService } from './accounts/transfers.service.js';
import { LotLedger } from './execution/lot-ledger.js';
import { LotsRepository } from './execution/lots.repository.js';
import { NamedLots } from './orders/named-lots.js';
import { FillLedger } from './execution/fill-ledger.js';
import { OrderJournal } from './orders/order-journal.js';
import { OrderExecutionService } from './execution/order-execution.service.js';
import { OrderSteps } from './execution/order-steps.js';
import { OrderTriggers } from './execution/order-triggers.js';
import { StopPrices } from './execution/stop-prices.js';
import { OrdersRepository } from './orders/orders.repository.js';
import { WaitingOrdersRepository } from './orders/waiting-orders.repository.js';
import { OrdersService } from './orders/orders.service.js';
import { PositionsService } from './accounts/positions.service.js';
import { PositionPnlService } from './pnl/position-pnl.service.js';
import { SignalsRepository } from './signals/signals.repository.js';
import { SignalsService } from './signals/signals.service.js';
import { TradeHistory } from './execution/trade-history.js';
import { TickBookRepository } from './execution/tick-book.repository.js';
import { TradingLive } from './trading.live.js';
import { tradingQueue } from './trading.queues.js';
import { TradingReactions } from './trading.reactions.js';
import { TradingSnapshots } from './trading.snapshots.js';
import { dropOldSignals } from './trading.schedules.js';

@Module({
  imports: [MarketDataModule, QueuesModule.forFeature([tradingQueue])],
  providers: [
    AccountsRepository,
    OrdersRepository,
    WaitingOrdersRepository,
    ExecutionsRepository,
    AccountsService,
    BuyingPower,
    LedgerRepository,
    Ledger,
    LedgerVerifier,
    TransfersService,
    LotsRepository,
    LotLedger,
    LotsService,
    NamedLots,
    FillLedger,
    TickBookRepository,
    DueOrders,
    OrderJournal,
    OrdersService,
    OrderSteps,
    OrderTriggers,
    StopPrices,
    OrderExecutionService,
    PositionsService,
    PositionPnlService,
    SignalsRepository,
    SignalsService,
    TradeHistory,
    TradingReactions,
    TradingSnapshots,
    TradingLive,
  ],
  exports: [
    AccountsService,
    TransfersService,
    LotsService,
    OrdersService,
    PositionsService,
    PositionPnlService,
    SignalsService,
    TradeHistory,
    OrderExecutionService,
    DueOrders,
    LedgerVerifier,
  ],
})
export class TradingModule {
  constructor(schedules: ScheduleRegistry, signals: SignalsService) {
    schedules.register(dropOldSignals, async () => ({ dropped: await signals.dropOld() }));
  }
}
