import { Injectable } from '@nestjs/common';
import { Queues } from '../../../redis/index.js';
import { OrderExecutionService } from './order-execution.service.js';
import { tradingQueue } from '../trading.queues.js';

@Injectable()
export class TradingProcessor {
  constructor(queues: Queues, execution: OrderExecutionService) {
    queues.process(tradingQueue, {
      'execute-order': ({ payload }) => execution.execute(payload.orderId),
    });
  }
}
