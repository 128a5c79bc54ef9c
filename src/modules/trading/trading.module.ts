import { Module } from '@nestjs/common';
import { QueuesModule, ScheduleRegistry } from '../../redis/index.js';
import { MarketDataModule } from '../market-data/index.js';
import { AccountsRepository } from './accounts/accounts.repository.js';
import { AccountWork } from './accounts/account-work.js';
import { AccountSettingsService } from './accounts/account-settings.service.js';
import { AccountsService } from './accounts/accounts.service.js';
import { BuyingPower } from './orders/buying-power.js';
import { MarketChecks } from './orders/risk/market-checks.js';
import { RiskChecks } from './orders/risk/risk-checks.js';
import { AccountLimitsRepository } from './orders/risk/account-limits.repository.js';
import { AccountLimitsService } from './orders/risk/account-limits.service.js';
import { HaltsRepository } from './halts/halts.repository.js';
import { HaltedOrders } from './halts/halted-orders.js';
import { HaltsService } from './halts/halts.service.js';
import { ClosingService } from './closing/closing.service.js';
import { DueOrders } from './execution/due-orders.js';
import { ExecutionsRepository } from './execution/executions.repository.js';
import { Ledger } from './ledger/ledger.js';
import { LotHistory } from './ledger/lot-history.js';
import { LedgerCheck } from './ledger/ledger-check.js';
import { LedgerChecksRepository } from './ledger/ledger-checks.repository.js';
import { LedgerVerifier } from './ledger/ledger-verifier.js';
import { LedgerRepository } from './ledger/ledger.repository.js';
import { LotsService } from './accounts/lots.service.js';
import { TransfersService } from './accounts/transfers.service.js';
import { CurrentAccounts } from './accounts/current-accounts.js';
import { ActionMargin } from './corporate-actions/action-margin.js';
import { ActionApplication } from './corporate-actions/action-application.js';
import { CorporateActionsRepository } from './corporate-actions/corporate-actions.repository.js';
import { CorporateActionsService } from './corporate-actions/corporate-actions.service.js';
import { OrderCancellation } from './orders/order-cancellation.js';
import { LotLedger } from './execution/lot-ledger.js';
import { LotsRepository } from './execution/lots.repository.js';
import { NamedLots } from './orders/named-lots.js';
import { FillLedger } from './execution/fill-ledger.js';
import { OrderJournal } from './orders/order-journal.js';
import { OrderExecutionService } from './execution/order-execution.service.js';
import { OrderSteps } from './execution/order-steps.js';
import { OrderTriggers } from './execution/order-triggers.js';
import { PaperExecution } from './execution/paper/paper-execution.js';
import { SessionOrders } from './execution/session-orders.js';
import { TickOrders } from './execution/tick-orders.js';
import { StopPrices } from './execution/stop-prices.js';
import { GroupOrders } from './orders/groups/group-orders.js';
import { GroupsRepository } from './orders/groups/groups.repository.js';
import { OrderGroups } from './orders/groups/order-groups.js';
import { OrderPlacement } from './orders/order-placement.js';
import { OrderRules } from './orders/order-rules.js';
import { OrdersRepository } from './orders/orders.repository.js';
import { WaitingOrdersRepository } from './orders/waiting-orders.repository.js';
import { OrdersService } from './orders/orders.service.js';
import { AccountEquity } from './margin/account-equity.js';
import { MarginCheck } from './margin/margin-check.js';
import { MarginOrders } from './margin/margin-orders.js';
import { MarginRepository } from './margin/margin.repository.js';
import { ShortOrders } from './margin/short-orders.js';
import { OptionOrders } from './options/option-orders.js';
import { CollateralBook } from './options/collateral-book.js';
import { ContractBooks } from './options/contract-books.js';
import { OptionExercise } from './options/option-exercise.js';
import { OptionLegs } from './options/option-legs.js';
import { OptionSettlement } from './options/option-settlement.js';
import { OptionsRepository } from './options/options.repository.js';
import { WorkingContracts } from './options/working-contracts.js';
import { PositionsService } from './accounts/positions.service.js';
import { PositionPnlService } from './pnl/position-pnl.service.js';
import { AutoTradingRepository } from './signals/auto-trading.repository.js';
import { AutoTradingService } from './signals/auto-trading.service.js';
import { AutoTradingReader } from './signals/auto-trading-reader.js';
import { LostTradingJobs } from './execution/lost-trading-jobs.js';
import { ForgottenSignals } from './signals/forgotten-signals.js';
import { SignalOrders } from './signals/signal-orders.js';
import { DayPnl } from './signals/day-pnl.js';
import { SignalDecisions } from './signals/signal-decisions.service.js';
import { SignalJournal } from './signals/signal-journal.js';
import { SignalTrading } from './signals/signal-trading.service.js';
import { SignalsRepository } from './signals/signals.repository.js';
import { SignalsService } from './signals/signals.service.js';
import { TradeHistory } from './execution/trade-history.js';
import { TickBookRepository } from './execution/tick-book.repository.js';
import { TradingLive } from './trading.live.js';
import { ledgerQueue, tradingQueue } from './trading.queues.js';
import { TradingReactions } from './trading.reactions.js';
import { TradingSnapshots } from './trading.snapshots.js';
import {
  dropOldSignals,
  reconcileLedger,
  resumeCorporateActions,
  settleOptions,
  tradeForgottenSignals,
  watchLedgerCheck,
} from './trading.schedules.js';

@Module({
  imports: [MarketDataModule, QueuesModule.forFeature([tradingQueue, ledgerQueue])],
  providers: [
    AccountsRepository,
    OrdersRepository,
    WaitingOrdersRepository,
    ExecutionsRepository,
    AccountWork,
    AccountsService,
    AccountSettingsService,
    BuyingPower,
    HaltsRepository,
    HaltedOrders,
    HaltsService,
    AccountLimitsRepository,
    AccountLimitsService,
    MarketChecks,
    RiskChecks,
    LedgerRepository,
    Ledger,
    LotHistory,
    LedgerVerifier,
    LedgerChecksRepository,
    LedgerCheck,
    TransfersService,
    CorporateActionsRepository,
    ActionMargin,
    ActionApplication,
    CurrentAccounts,
    CorporateActionsService,
    OrderCancellation,
    LotsRepository,
    LotLedger,
    LotsService,
    NamedLots,
    OrderRules,
    FillLedger,
    TickBookRepository,
    OptionsRepository,
    WorkingContracts,
    OptionOrders,
    MarginRepository,
    AccountEquity,
    ShortOrders,
    MarginOrders,
    MarginCheck,
    CollateralBook,
    ContractBooks,
    OptionLegs,
    OptionSettlement,
    OptionExercise,
    DueOrders,
    OrderJournal,
    GroupsRepository,
    OrderGroups,
    GroupOrders,
    OrderPlacement,
    OrdersService,
    ClosingService,
    OrderSteps,
    PaperExecution,
    SessionOrders,
    TickOrders,
    OrderTriggers,
    StopPrices,
    OrderExecutionService,
    PositionsService,
    PositionPnlService,
    SignalsRepository,
    SignalsService,
    AutoTradingRepository,
    AutoTradingService,
    SignalJournal,
    SignalDecisions,
    AutoTradingReader,
    SignalOrders,
    SignalTrading,
    ForgottenSignals,
    LostTradingJobs,
    DayPnl,
    TradeHistory,
    TradingReactions,
    TradingSnapshots,
    TradingLive,
  ],
  exports: [
    ClosingService,
    HaltsService,
    AccountLimitsService,
    AccountsService,
    AccountSettingsService,
    TransfersService,
    LotsService,
    CorporateActionsService,
    OrdersService,
    PositionsService,
    PositionPnlService,
    SignalsService,
    SignalDecisions,
    SignalTrading,
    AutoTradingService,
    TradeHistory,
    OrderExecutionService,
    DueOrders,
    LedgerVerifier,
    LostTradingJobs,
    LedgerCheck,
    OptionSettlement,
    OptionExercise,
    MarginCheck,
  ],
})
export class TradingModule {
  constructor(
    schedules: ScheduleRegistry,
    signals: SignalsService,
    actions: CorporateActionsService,
    options: OptionSettlement,
    forgotten: ForgottenSignals,
    ledger: LedgerCheck,
  ) {
    schedules.register(tradeForgottenSignals, async () => ({
      decided: await forgotten.trade(),
    }));
    schedules.register(resumeCorporateActions, async () => ({ resumed: await actions.resume() }));
    schedules.register(dropOldSignals, async () => ({ dropped: await signals.dropOld() }));
    schedules.register(reconcileLedger, () => ledger.start());
    schedules.register(watchLedgerCheck, () => ledger.tellOfStalled());
    schedules.register(settleOptions, async ({ signal }) => ({
      ...(await options.settleDue(signal)),
    }));
  }
}
