import { Injectable } from '@nestjs/common';
import { DomainEvents } from '../../../database/index.js';
import { LedgerCheckStalled, LedgerReconciled } from '../../trading/trading.events.js';
import { ledgerCheckVerdict, ledgerVerdict } from './alert-rules.js';
import { AlertsService } from './alerts.service.js';

/** The ledger is checked once a day: what a check finds, or that it came to no end, stands until the next one. */
@Injectable()
export class LedgerAlert {
  constructor(events: DomainEvents, alerts: AlertsService) {
    events.on(LedgerReconciled, async (check) => {
      await alerts.judge(ledgerVerdict(check));
      await alerts.judge(ledgerCheckVerdict(null));
    });
    events.on(LedgerCheckStalled, (check) => alerts.judge(ledgerCheckVerdict(check)));
  }
}
