import fc from 'fast-check';
import type { EventPayload } from '../../../kernel/domain-event.js';
import { newId } from '../../../kernel/ids.js';
import type { ImportEnded } from '../../journal/journal.events.js';
import { OrderChanged } from '../../trading/trading.events.js';
import { renderNotification } from '../templates/render-notification.js';
import type { Variables } from '../templates/template-variables.js';
import type { EventKind } from '../notification-kinds.js';
import {
  draftOfAlert,
  draftOfFill,
  draftOfImport,
  draftOfRejection,
  draftOfTraining,
  type NotificationDraft,
} from './notification-draft.js';

const userId = newId();
const at = '2026-01-02T03:04:05.000Z';

const fill = {
  userId,
  ofShort: false,
  trade: {
    id: newId(),
    orderId: newId(),
    symbol: 'AAPL',
    side: 'buy' as const,
    quantity: '10',
    price: '187.25',
    quoteAsOf: at,
    quoteSource: 'simulated',
    fee: '0',
    rule: 'market' as const,
    sequence: 1,
    slippage: '0',
    quote: null,
    executedAt: at,
  },
};
const rejected = (rejectReason: string | null) =>
  OrderChanged.schema.parse({
    userId,
    order: {
      id: newId(),
      client_order_id: 'mine',
      symbol: 'MSFT',
      side: 'sell' as const,
      type: 'market' as const,
      quantity: '2.5',
      limitPrice: null,
      timeInForce: 'gtc' as const,
      expiresAt: null,
      replaces: null,
      status: 'rejected' as const,
      filledQuantity: '0',
      averageFillPrice: null,
      rejectReason,
      version: 2,
      createdAt: at,
      updatedAt: at,
    },
  });
const training = (name: string) => ({
  userId,
  modelId: newId(),
  name,
  trainingId: newId(),
  outcome: 'finished' as const,
  result: { version: 2, accuracy: 0.61, baselineAccuracy: 0.523 },
  failure: null,
});
const failed = (name: string, reason: string) => ({
  ...training(name),
  outcome: 'failed' as const,
  result: null,
  failure: { code: 'ai_studio.too_few_rows', reason },
});

const importEnd = (overrides: Partial<EventPayload<typeof ImportEnded>> = {}) => ({
  userId,
  importId: newId(),
  fileName: 'a.csv',
  outcome: 'done' as const,
  imported: 0,
  duplicates: 0,
  failed: 0,
  failure: null,
  ...overrides,
});

const told = <Kind extends EventKind>(draft: NotificationDraft<Kind>) => {
  const reader = { locale: 'en-US', timeZone: 'UTC' };
  const data: Variables<Kind> = draft.data;
  return { ...draft, ...renderNotification(draft.kind, data, reader) };
};

describe('what a notification says', () => {
  it('of a fill: what was traded at which price', () => {
    expect(told(draftOfFill(fill))).toMatchObject({
      kind: 'order-filled',
      title: 'Bought 10 AAPL',
      text: 'Bought 10 AAPL at $187.25 a share.',
      data: { orderId: fill.trade.orderId, price: '187.25' },
    });
    const sale = { ...fill, trade: { ...fill.trade, side: 'sell' as const } };
    expect(told(draftOfFill(sale)).title).toBe('Sold 10 AAPL');
  });

  it('of a rejection: the reason in words, or its code where there are none', () => {
    const { title, text } = told(draftOfRejection(rejected('trading.insufficient_funds')));
    expect(title).toBe('Order rejected: sell 2.5 MSFT');
    expect(text).toContain('did not have the cash');
    expect(told(draftOfRejection(rejected('trading.new_rule'))).text).toContain('trading.new_rule');
    expect(told(draftOfRejection(rejected(null))).text).toContain('no reason');
  });

  it('of an import: how many trades are new, and what became of the other lines', () => {
    const of = (imported: number, duplicates = 0, unread = 0) =>
      told(draftOfImport(importEnd({ imported, duplicates, failed: unread }))).title;
    expect([of(0), of(1), of(20), of(0, 0, 1), of(0, 5), of(12, 3, 2)]).toEqual([
      'Import finished: 0 new trades',
      'Import finished: 1 new trade',
      'Import finished: 20 new trades',
      'Import finished: 0 new trades (1 line could not be read)',
      'Import finished: 0 new trades (5 there already)',
      'Import finished: 12 new trades (3 there already, 2 lines could not be read)',
    ]);
  });

  it('of an import that failed: of which file, and why', () => {
    const failure = { code: 'journal.no_rows', message: 'The file is a header and nothing else.' };
    const news = told(draftOfImport(importEnd({ outcome: 'failed', failure })));
    expect(news).toMatchObject({
      kind: 'import-finished',
      title: 'Import failed: a.csv — The file is a header and nothing else.',
      data: { fileName: 'a.csv', outcome: 'failed', failureCode: 'journal.no_rows' },
    });
    expect(news.text).toContain(failure.message);
  });

  it('of a training: how it ended, of which model, with its figures', () => {
    expect(told(draftOfTraining(training('Momentum')))).toMatchObject({
      title: 'Training done: Momentum',
      text: expect.stringMatching(/^Version 2 .*61\.0%.*52\.3%/) as string,
    });
    expect(told(draftOfTraining(failed('Momentum', 'Too few rows.')))).toMatchObject({
      title: 'Training failed: Momentum',
      text: 'Too few rows.',
    });
  });

  it('of an alert: what, and whether it is over; the two are told apart', () => {
    const alert = {
      alertId: newId(),
      kind: 'queue-backlog',
      message: '1,200 jobs wait in trading.',
      value: 1_200,
      threshold: 1_000,
      raisedAt: at,
    };
    const raised = told(draftOfAlert('alert-raised', alert));
    const resolved = told(draftOfAlert('alert-resolved', alert));
    expect(raised).toMatchObject({ title: 'Alert: queue-backlog', text: alert.message });
    expect(resolved.title).toBe('Resolved: queue-backlog');
    expect(raised.dedupeKey).not.toBe(resolved.dedupeKey);
  });

  it('is the same however often the event is delivered', () => {
    expect(draftOfFill(fill)).toEqual(draftOfFill(structuredClone(fill)));
  });

  it('is one bounded line each, whatever a model is called', () => {
    const text = fc.string({ unit: 'binary', maxLength: 3_000 });
    fc.assert(
      fc.property(text, text, (name, reason) => {
        const { title, text: body, data } = told(draftOfTraining(failed(name, reason)));
        for (const line of [title, body, data.modelName]) {
          expect(line).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
        }
        expect(title.length).toBeLessThanOrEqual(160);
        expect(body.length).toBeLessThanOrEqual(1_000);
      }),
    );
  });
});
