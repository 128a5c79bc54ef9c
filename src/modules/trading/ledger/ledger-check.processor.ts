import { Injectable } from '@nestjs/common';
import { Queues } from '../../../redis/index.js';
import { ledgerQueue } from '../trading.queues.js';
import { LedgerCheck } from './ledger-check.js';

@Injectable()
export class LedgerCheckProcessor {
  constructor(queues: Queues, check: LedgerCheck) {
    queues.process(ledgerQueue, {
      'verify-ledger': ({ payload, signal }) => check.verify(payload, signal),
    });
  }
}
