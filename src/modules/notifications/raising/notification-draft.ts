import type { EventPayload } from '../../../kernel/domain-event.js';
import type { TrainingFinished } from '../../ai-studio/ai-studio.events.js';
import type { ImportEnded } from '../../journal/journal.events.js';
import type { AlertRaised } from '../../monitoring/monitoring.events.js';
import type { OrderChanged, OrderFilled } from '../../trading/trading.events.js';
import type { NotificationKind } from '../notification-kinds.js';
import { plainLine } from './plain-line.js';

/** For programs: ids and figures of what happened. */
export type NotificationData = Readonly<Record<string, string | number | null>>;

/** What is to be told, whoever is told. Title and body are plain lines. */
export interface NotificationDraft {
  readonly kind: NotificationKind;
  /** The same for the same event, however often it is delivered. */
  readonly dedupeKey: string;
  readonly title: string;
  readonly body: string;
  readonly data: NotificationData;
}

const MAX_TITLE = 160;
const MAX_BODY = 1_000;
const MAX_NAME = 80;

/** In words for people; the codes are those of the trading module. */
const REJECT_REASONS: Readonly<Record<string, string>> = {
  'trading.insufficient_funds': 'the account did not have the cash for it any more',
  'trading.insufficient_position': 'the account did not hold the shares any more',
  'trading.unknown_symbol': 'the symbol cannot be traded any more',
};

export function draftOfFill({ trade }: EventPayload<typeof OrderFilled>): NotificationDraft {
  const { id, orderId, symbol, side, quantity, price } = trade;
  const did = side === 'buy' ? 'Bought' : 'Sold';
  return draft(
    'order-filled',
    id,
    `${did} ${quantity} ${symbol}`,
    `${did} ${quantity} ${symbol} at ${price} USD a share.`,
    { tradeId: id, orderId, symbol, side, quantity, price },
  );
}

export function draftOfRejection({ order }: EventPayload<typeof OrderChanged>): NotificationDraft {
  const { id, symbol, side, quantity, rejectReason } = order;
  const reason = REJECT_REASONS[rejectReason ?? ''] ?? rejectReason ?? 'no reason was given';
  const what = `${side} ${quantity} ${symbol}`;
  return draft(
    'order-rejected',
    id,
    `Order rejected: ${what}`,
    `The order to ${what} was rejected: ${reason}.`,
    { orderId: id, symbol, side, quantity, rejectReason },
  );
}

export function draftOfImport(ended: EventPayload<typeof ImportEnded>): NotificationDraft {
  const { importId, outcome, imported, duplicates, failed, failure } = ended;
  const fileName = plainLine(ended.fileName, MAX_NAME);
  const data = { importId, fileName, outcome, imported, duplicates, failed };
  const kind = 'import-finished';
  if (failure !== null) {
    const title = `Import failed: ${fileName} — ${failure.message}`;
    const body = `Nothing of ${fileName} is in the journal: ${failure.message}`;
    return draft(kind, importId, title, body, { ...data, failureCode: failure.code });
  }
  const result = `${counted(imported, 'new trade')}${importRemarks(duplicates, failed)}`;
  const body = `The import of ${fileName} has ended: ${result}.`;
  return draft(kind, importId, `Import finished: ${result}`, body, { ...data, failureCode: null });
}

function importRemarks(duplicates: number, failed: number): string {
  const remarks = [
    ...(duplicates > 0 ? [`${duplicates} there already`] : []),
    ...(failed > 0 ? [`${counted(failed, 'line')} could not be read`] : []),
  ];
  return remarks.length > 0 ? ` (${remarks.join(', ')})` : '';
}

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;

const TRAINING_OUTCOMES = {
  finished: 'Training done',
  failed: 'Training failed',
  cancelled: 'Training cancelled',
} as const;

export function draftOfTraining(
  training: EventPayload<typeof TrainingFinished>,
): NotificationDraft {
  const { modelId, trainingId, outcome } = training;
  const modelName = plainLine(training.name, MAX_NAME);
  return draft(
    'training-finished',
    trainingId,
    `${TRAINING_OUTCOMES[outcome]}: ${modelName}`,
    summaryOf(training),
    { modelId, trainingId, modelName, outcome },
  );
}

function summaryOf({ result, failure }: EventPayload<typeof TrainingFinished>): string {
  if (failure !== null) return failure.reason;
  if (result === null) return 'The training was cancelled; the model is as it was.';
  const [accuracy, baseline] = [result.accuracy, result.baselineAccuracy].map(percent);
  return `Version ${result.version} calls ${accuracy} of the bars it was tested on, against ${baseline} by always saying the same.`;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export function draftOfAlert(
  kind: 'alert-raised' | 'alert-resolved',
  alert: EventPayload<typeof AlertRaised>,
): NotificationDraft {
  const { alertId, message, value, threshold, raisedAt } = alert;
  const alertKind = plainLine(alert.kind, MAX_NAME);
  const what = kind === 'alert-raised' ? 'Alert' : 'Resolved';
  const data = { alertId, alertKind, value, threshold, raisedAt };
  return draft(kind, alertId, `${what}: ${alertKind}`, message, data);
}

function draft(
  kind: NotificationKind,
  sourceId: string,
  title: string,
  body: string,
  data: NotificationData,
): NotificationDraft {
  return {
    kind,
    dedupeKey: `${kind}:${sourceId}`,
    title: plainLine(title, MAX_TITLE),
    body: plainLine(body, MAX_BODY),
    data,
  };
}
