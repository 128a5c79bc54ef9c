import { Injectable } from '@nestjs/common';
import { Queues } from '../../../redis/index.js';
import { CorporateActionsService } from '../corporate-actions/corporate-actions.service.js';
import { OrderExecutionService } from './order-execution.service.js';
import { tradingQueue } from '../trading.queues.js';

@Injectable()
export class TradingProcessor {
  constructor(queues: Queues, execution: OrderExecutionService, actions: CorporateActionsService) {
    queues.process(tradingQueue, {
      'execute-order': ({ payload }) => execution.execute(payload.orderId),
      'apply-corporate-action': ({ payload }) => actions.apply(payload.actionId),
    });
  }
}
