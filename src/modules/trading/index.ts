export { AccountsService } from './accounts/accounts.service.js';
export { OrdersService } from './orders/orders.service.js';
export { PositionsService } from './accounts/positions.service.js';
export type { Account, Order, Trade, ValuedPosition } from './trading.dto.js';
export { valuedPositionSchema } from './trading.dto.js';
export { OrderChanged, OrderFilled } from './trading.events.js';
export { TradingHttpModule } from './trading.http.module.js';
export { TradingModule } from './trading.module.js';
export { TradingWorkerModule } from './trading.worker.module.js';
