import { Injectable } from '@nestjs/common';
import { Queues } from '../../../redis/index.js';
import { CorporateActionsService } from '../corporate-actions/corporate-actions.service.js';
import { OrderExecutionService } from './order-execution.service.js';
import { SignalTrading } from '../signals/signal-trading.service.js';
import { LostTradingJobs } from './lost-trading-jobs.js';
import { tradingQueue } from '../trading.queues.js';

@Injectable()
export class TradingProcessor {
  constructor(
    queues: Queues,
    execution: OrderExecutionService,
    signals: SignalTrading,
    actions: CorporateActionsService,
    lost: LostTradingJobs,
  ) {
    queues.process(tradingQueue, {
      'trade-signal': ({ payload }) => signals.trade(payload.signalId),
      'execute-order': ({ payload }) => execution.execute(payload.orderId),
      'apply-corporate-action': ({ payload }) => actions.apply(payload.actionId),
    });
    queues.recover(tradingQueue, {
      'trade-signal': (recovery) => lost.signals(recovery),
      'execute-order': (recovery) => lost.orders(recovery),
      'apply-corporate-action': () => actions.resume(),
    });
  }
}
