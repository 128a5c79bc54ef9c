import type { EventPayload } from '../../../kernel/domain-event.js';
import type { TrainingFinished } from '../../ai-studio/ai-studio.events.js';
import type { NewDeviceSeen, PasswordChanged } from '../../auth/auth.events.js';
import type { ImportEnded } from '../../journal/journal.events.js';
import type { AlertRaised } from '../../monitoring/monitoring.events.js';
import type { PriceAlertFired } from '../../price-alerts/price-alerts.events.js';
import type { OrderChanged, OrderFilled, SignalCreated } from '../../trading/trading.events.js';
import type { EventKind } from '../notification-kinds.js';
import type { Variables } from '../templates/template-variables.js';
import { plainLine } from './plain-line.js';

/** What is to be told, whoever is told: which words are made of it is the reader's. */
export interface NotificationDraft<Kind extends EventKind = EventKind> {
  readonly kind: Kind;
  /** The same for the same event, however often it is delivered. */
  readonly dedupeKey: string;
  /** Texts of others are plain lines. */
  readonly data: Variables<Kind>;
}

const MAX_NAME = 80;
const MAX_TEXT = 1_000;
const MAX_CLIENT = 160;

export function draftOfFill({
  trade,
}: EventPayload<typeof OrderFilled>): NotificationDraft<'order-filled'> {
  const { id: tradeId, orderId, symbol, side, quantity, price } = trade;
  return draft('order-filled', tradeId, { tradeId, orderId, symbol, side, quantity, price });
}

export function draftOfRejection({
  order,
}: EventPayload<typeof OrderChanged>): NotificationDraft<'order-rejected'> {
  const { id: orderId, symbol, side, quantity, rejectReason } = order;
  return draft('order-rejected', orderId, { orderId, symbol, side, quantity, rejectReason });
}

export function draftOfImport(
  ended: EventPayload<typeof ImportEnded>,
): NotificationDraft<'import-finished'> {
  const { importId, fileName, outcome, imported, duplicates, failed, failure } = ended;
  return draft('import-finished', importId, {
    importId,
    fileName: plainLine(fileName, MAX_NAME),
    outcome,
    imported,
    duplicates,
    failed,
    failureCode: failure?.code ?? null,
    failureMessage: failure && plainLine(failure.message, MAX_TEXT),
  });
}

export function draftOfTraining(
  training: EventPayload<typeof TrainingFinished>,
): NotificationDraft<'training-finished'> {
  const { modelId, trainingId, name, outcome, result, failure } = training;
  return draft('training-finished', trainingId, {
    modelId,
    trainingId,
    modelName: plainLine(name, MAX_NAME),
    outcome,
    version: result?.version ?? null,
    accuracy: result?.accuracy ?? null,
    baselineAccuracy: result?.baselineAccuracy ?? null,
    failureReason: failure && plainLine(failure.reason, MAX_TEXT),
  });
}

export function draftOfSignal({
  signal,
}: EventPayload<typeof SignalCreated>): NotificationDraft<'signal-received'> {
  const { id: signalId, symbol, side, confidence, validUntil } = signal;
  const strategy = plainLine(signal.strategy, MAX_NAME);
  const data = { signalId, symbol, side, strategy, confidence, validUntil };
  return draft('signal-received', signalId, data);
}

export function draftOfPriceAlert(
  fired: EventPayload<typeof PriceAlertFired>,
): NotificationDraft<'price-alert'> {
  const { userId: _, ...data } = fired;
  return draft('price-alert', data.alertId, data);
}

export function draftOfPasswordChange(
  change: EventPayload<typeof PasswordChanged>,
): NotificationDraft<'password-changed'> {
  const { changeId, changedAt, ip } = change;
  return draft('password-changed', changeId, { changedAt, ip });
}

export function draftOfNewDevice(
  seen: EventPayload<typeof NewDeviceSeen>,
): NotificationDraft<'new-device'> {
  const { signInId, sessionId, signedInAt, ip, userAgent } = seen;
  const client = plainLine(userAgent, MAX_CLIENT);
  return draft('new-device', signInId, { sessionId, signedInAt, ip, client });
}

export function draftOfAlert(
  kind: 'alert-raised' | 'alert-resolved',
  alert: EventPayload<typeof AlertRaised>,
): NotificationDraft<'alert-raised' | 'alert-resolved'> {
  const { alertId, value, threshold, raisedAt } = alert;
  const alertKind = plainLine(alert.kind, MAX_NAME);
  const message = plainLine(alert.message, MAX_TEXT);
  const data = { alertId, alertKind, message, value, threshold, raisedAt };
  return draft<'alert-raised' | 'alert-resolved'>(kind, alertId, data);
}

function draft<Kind extends EventKind>(
  kind: Kind,
  sourceId: string,
  data: Variables<Kind>,
): NotificationDraft<Kind> {
  return { kind, dedupeKey: `${kind}:${sourceId}`, data };
}
