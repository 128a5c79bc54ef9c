export { AccountsService } from './accounts/accounts.service.js';
export { accountIdColumn } from './accounts/account-id.column.js';
export { decimalColumn } from './accounts/decimal.column.js';
export { LedgerVerifier, type AccountVerdict } from './ledger/ledger-verifier.js';
export { TradeHistory, type ClosedTrade } from './execution/trade-history.js';
export { isStale } from './execution/paper/paper-model.js';
export { OrdersService } from './orders/orders.service.js';
export { positiveDecimal } from './positive-decimal.js';
export { PositionsService, type AccountStatement } from './accounts/positions.service.js';
export { SignalsService } from './signals/signals.service.js';
export type { Signal } from './signals/signals.dto.js';
export { fillsTag } from './trading.caches.js';
export type { Account, Order, OrderTransition, Trade, ValuedPosition } from './trading.dto.js';
export { valuedPositionSchema } from './trading.dto.js';
export {
  CashTransferred,
  OrderChanged,
  OrderFilled,
  SignalChanged,
  SignalCreated,
} from './trading.events.js';
export { TradingHttpModule } from './trading.http.module.js';
export { TradingModule } from './trading.module.js';
export { TradingWorkerModule } from './trading.worker.module.js';
