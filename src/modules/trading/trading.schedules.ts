import { DAY_MS, MINUTE_MS } from '../../kernel/duration.js';
import { dailyAt, defineSchedule } from '../../redis/index.js';

export const resumeCorporateActions = defineSchedule({
  name: 'trading.resume-corporate-actions',
  description: 'Goes on with corporate actions whose job was lost.',
  everyMs: MINUTE_MS,
});

export const tradeForgottenSignals = defineSchedule({
  name: 'trading.trade-forgotten-signals',
  description: 'Decides about approved and automatic signals whose job was lost a minute ago.',
  everyMs: MINUTE_MS,
});

export const dropOldSignals = defineSchedule({
  name: 'trading.drop-old-signals',
  description: 'Deletes signals that ended 30 days ago.',
  everyMs: DAY_MS,
});

export const settleOptions = defineSchedule({
  name: 'trading.settle-options',
  description: 'Ends the option contracts whose last day is over: expiry, exercise, assignment.',
  everyMs: MINUTE_MS,
});

export const reconcileLedger = defineSchedule({
  name: 'trading.reconcile-ledger',
  description: 'Holds every account against its journal; a difference raises an alert.',
  calendar: dailyAt(4),
});

export const watchLedgerCheck = defineSchedule({
  name: 'trading.watch-ledger-check',
  description: 'Raises an alert where a check of the ledger came to no end.',
  everyMs: 10 * MINUTE_MS,
});
