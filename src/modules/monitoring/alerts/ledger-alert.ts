import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../../../database/index.js';
import { LedgerReconciled } from '../../trading/trading.events.js';
import { ledgerVerdict } from './alert-rules.js';
import { AlertsService } from './alerts.service.js';

/** The ledger is checked once a day, and its alert stands until a check finds nothing. */
@Injectable()
export class LedgerAlert {
  constructor(events: DomainEvents, alerts: AlertsService) {
    events.on(LedgerReconciled, (check) => alerts.judge(ledgerVerdict(check)));
  }
}
