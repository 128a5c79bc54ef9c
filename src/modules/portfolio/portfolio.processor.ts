import { Injectable } from '@nestjs/common';
import { Queues } from '../../redis/index.js';
import { analyticsQueue } from './portfolio.queues.js';
import { StatementMaker } from './statements/statement-maker.js';
import { EquityRecorder } from './equity/equity-recorder.js';

@Injectable()
export class PortfolioProcessor {
  constructor(queues: Queues, recorder: EquityRecorder, statements: StatementMaker) {
    queues.process(analyticsQueue, {
      'record-equity': ({ payload, signal }) => recorder.record(payload, signal),
      'make-statements': ({ payload, signal }) => statements.make(payload, signal),
    });
    queues.recover(analyticsQueue, {
      'record-equity': async () => {
        await recorder.start();
        return 1;
      },
      'make-statements': async ({ id }) => {
        await statements.start(id);
        return 1;
      },
    });
  }
}
