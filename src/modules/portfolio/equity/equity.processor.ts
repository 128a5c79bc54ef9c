import { Injectable } from '@nestjs/common';
import { Queues } from '../../../redis/index.js';
import { analyticsQueue } from '../portfolio.queues.js';
import { EquityRecorder } from './equity-recorder.js';

@Injectable()
export class EquityProcessor {
  constructor(queues: Queues, recorder: EquityRecorder) {
    queues.process(analyticsQueue, {
      'record-equity': ({ payload, signal }) => recorder.record(payload, signal),
    });
    queues.recover(analyticsQueue, {
      'record-equity': async () => {
        await recorder.start();
        return 1;
      },
    });
  }
}
